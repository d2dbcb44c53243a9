import { existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Node } from './cluster.ts'

/** A new group of cpuset can run nothing until it has these, so it gets those of its parent. */
const required = ['cpuset.cpus', 'cpuset.mems']

/** Makes the control groups of a node: one for all of it, in which the kubelet makes those of pods, and one for its own programs. */
export function makeCgroups(node: Node): void {
  for (const folder of [...foldersOf(node), ...programGroups(node)]) {
    mkdirSync(folder, { recursive: true })
    for (const file of required) {
      const path = join(folder, file)
      if (existsSync(path) && readFileSync(path, 'utf8').trim() === '')
        writeFileSync(path, readFileSync(join(folder, '..', file)))
    }
  }
}

/** The group of the node's own programs, in every hierarchy. */
export function programGroups(node: Node): string[] {
  return foldersOf(node).map((folder) => join(folder, 'programs'))
}

/** Processes of the node, those in pods included. Those of the first node include the second's. */
export function processesOf(node: Node): number[] {
  const groups = foldersOf(node).flatMap(groupsBelow)
  const lines = groups.flatMap((group) =>
    unlessGone(() => readFileSync(join(group, 'cgroup.procs'), 'utf8'), '').split('\n')
  )
  return [...new Set(lines.filter(Boolean).map(Number))]
}

/** Removes the groups. They must have no processes any more. */
export function removeCgroups(node: Node): void {
  for (const group of foldersOf(node).flatMap(groupsBelow)) rmdirSync(group)
}

/** One folder for each hierarchy: several with version 1 of control groups, a single one with version 2. */
function foldersOf({ id }: Node): string[] {
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n')
  const hierarchies = mounts.flatMap((line) => {
    const [, folder = '', type] = line.split(' ')
    return type === 'cgroup' || type === 'cgroup2' ? [folder] : []
  })
  return [...new Set(hierarchies)].map((hierarchy) => join(hierarchy, id))
}

/** The group and those below it, the innermost first. */
function groupsBelow(folder: string): string[] {
  if (!existsSync(folder)) return []
  const entries = unlessGone(() => readdirSync(folder, { withFileTypes: true }), [])
  const inner = entries.filter((entry) => entry.isDirectory())
  return [...inner.flatMap(({ name }) => groupsBelow(join(folder, name))), folder]
}

/** A group goes away with its pod, also while it is read. */
function unlessGone<T>(read: () => T, gone: T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENODEV')) return gone
    throw error
  }
}

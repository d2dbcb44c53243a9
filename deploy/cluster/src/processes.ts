import { Failure, run, works } from '@bookinfo/cli'
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { processesOf, programGroups } from './cgroups.ts'
import { pathIn, secondNode, type Cluster, type Node } from './cluster.ts'

const POLL_MS = 200

/** Lines of a log that an error message shows. */
const SHOWN_LINES = 8

/** The program that makes a node's namespaces. When it ends, all that runs in them ends. */
export const HOLDER = 'holder'

/** Starts a program in a node's namespaces and control group, with a log in its folder. It outlives this process. */
export function start(node: Node, name: string, command: readonly string[]): void {
  launch(node, name, [...inside(node), ...command])
}

/** Starts a program in a node's control group only. */
export function launch(node: Node, name: string, command: readonly string[]): void {
  for (const folder of ['run', 'log']) mkdirSync(pathIn(node, folder), { recursive: true })
  const joins = programGroups(node).map((group) => `echo $$ >${group}/cgroup.procs`)
  const script = [...joins, `echo $$ >${pidFile(node, name)}`, 'exec "$@"'].join('\n')
  const output = openSync(logFile(node, name), 'a')
  spawn('sh', ['-ec', script, name, ...command], { detached: true, stdio: ['ignore', output, output] }).unref()
}

/** Runs a program in a node's namespaces to its end. @returns its stdout @throws Failure with its stderr */
export function runInside(node: Node, command: readonly string[]): Promise<string> {
  const [program = '', ...args] = [...inside(node), ...command]
  return run(program, args)
}

/** Whether a program succeeds in a node's namespaces. */
export function worksInside(node: Node, command: readonly string[]): Promise<boolean> {
  const [program = '', ...args] = [...inside(node), ...command]
  return works(program, args)
}

/** The beginning of a command line that runs in a node's namespaces. */
function inside(node: Node): string[] {
  return ['nsenter', '--target', String(innerHolder(node)), '--mount', '--net', '--pid', '--']
}

/** The beginning of a command line that runs in a node's network, and otherwise outside. */
export function inNetwork(node: Node): string[] {
  return ['nsenter', '--target', String(innerHolder(node)), '--net', '--']
}

/** The first process in the namespaces, which is the child of the program that has made them. */
export function innerHolder(node: Node): number {
  const pid = pidOf(node, HOLDER)
  if (pid === undefined) throw new Failure(`the cluster "${node.name}" does not run: npm run cluster -- up`)
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim())
}

/** The nodes of a cluster that there are. */
export function nodesOf(cluster: Cluster): Node[] {
  return [cluster, secondNode(cluster)].filter((node) => pidOf(node, HOLDER) !== undefined)
}

/** The process of a program of a node, undefined if it does not run. */
export function pidOf(node: Node, name: string): number | undefined {
  const file = pidFile(node, name)
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : NaN
  // After a restart of the machine the same number may belong to another process.
  return processesOf(node).find((each) => each === pid)
}

/**
 * Waits until a program of a node works.
 *
 * @throws Failure with the end of its log, if it ends or takes too long
 */
export async function untilWorking(
  node: Node,
  name: string,
  { check, timeoutMs }: { check: () => boolean | Promise<boolean>; timeoutMs: number }
): Promise<void> {
  const started = Date.now()
  // The shell that starts the program writes its process id first.
  while (!existsSync(pidFile(node, name)) || pidOf(node, name) !== undefined) {
    if (await check()) return
    if (Date.now() - started > timeoutMs) break
    await sleep(POLL_MS)
  }
  const why = pidOf(node, name) === undefined ? 'has ended' : `does not work after ${timeoutMs / 1000} s`
  const log = readFileSync(logFile(node, name), 'utf8').trimEnd().split('\n').slice(-SHOWN_LINES).join('\n')
  throw new Failure(`${name} ${why}. The end of ${logFile(node, name)}:\n${log}`)
}

function pidFile(node: Node, name: string): string {
  return pathIn(node, 'run', `${name}.pid`)
}

function logFile(node: Node, name: string): string {
  return pathIn(node, 'log', `${name}.log`)
}

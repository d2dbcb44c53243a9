import { Failure, run, works } from '@bookinfo/cli'
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { processesOf, programGroups } from './cgroups.ts'
import { pathIn, type Cluster } from './cluster.ts'

const POLL_MS = 200

/** Lines of a log that an error message shows. */
const SHOWN_LINES = 8

/** The program that makes the cluster's namespaces. When it ends, all that runs in them ends. */
export const HOLDER = 'holder'

/** Starts a program in the cluster's namespaces and control group, with a log in the cluster's folder. It outlives this process. */
export function start(cluster: Cluster, name: string, command: readonly string[]): void {
  launch(cluster, name, [...inside(cluster), ...command])
}

/** Starts a program in the cluster's control group only. */
export function launch(cluster: Cluster, name: string, command: readonly string[]): void {
  for (const folder of ['run', 'log']) mkdirSync(pathIn(cluster, folder), { recursive: true })
  const joins = programGroups(cluster).map((group) => `echo $$ >${group}/cgroup.procs`)
  const script = [...joins, `echo $$ >${pidFile(cluster, name)}`, 'exec "$@"'].join('\n')
  const output = openSync(logFile(cluster, name), 'a')
  spawn('sh', ['-ec', script, name, ...command], { detached: true, stdio: ['ignore', output, output] }).unref()
}

/** Runs a program in the cluster's namespaces to its end. @returns its stdout @throws Failure with its stderr */
export function runInside(cluster: Cluster, command: readonly string[]): Promise<string> {
  const [program = '', ...args] = [...inside(cluster), ...command]
  return run(program, args)
}

/** Whether a program succeeds in the cluster's namespaces. */
export function worksInside(cluster: Cluster, command: readonly string[]): Promise<boolean> {
  const [program = '', ...args] = [...inside(cluster), ...command]
  return works(program, args)
}

/** The beginning of a command line that runs in the cluster's namespaces. */
function inside(cluster: Cluster): string[] {
  return ['nsenter', '--target', String(innerHolder(cluster)), '--mount', '--net', '--pid', '--']
}

/** The beginning of a command line that runs in the cluster's network, and otherwise outside. */
export function inNetwork(cluster: Cluster): string[] {
  return ['nsenter', '--target', String(innerHolder(cluster)), '--net', '--']
}

/** The first process in the namespaces, which is the child of the program that has made them. */
function innerHolder(cluster: Cluster): number {
  const pid = pidOf(cluster, HOLDER)
  if (pid === undefined) throw new Failure(`the cluster "${cluster.name}" does not run: npm run cluster -- up`)
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim())
}

/** The process of a program of the cluster, undefined if it does not run. */
export function pidOf(cluster: Cluster, name: string): number | undefined {
  const file = pidFile(cluster, name)
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : NaN
  // After a restart of the machine the same number may belong to another process.
  return processesOf(cluster).find((each) => each === pid)
}

/**
 * Waits until a program of the cluster works.
 *
 * @throws Failure with the end of its log, if it ends or takes too long
 */
export async function untilWorking(
  cluster: Cluster,
  name: string,
  { check, timeoutMs }: { check: () => boolean | Promise<boolean>; timeoutMs: number }
): Promise<void> {
  const started = Date.now()
  // The shell that starts the program writes its process id first.
  while (!existsSync(pidFile(cluster, name)) || pidOf(cluster, name) !== undefined) {
    if (await check()) return
    if (Date.now() - started > timeoutMs) break
    await sleep(POLL_MS)
  }
  const why = pidOf(cluster, name) === undefined ? 'has ended' : `does not work after ${timeoutMs / 1000} s`
  const log = readFileSync(logFile(cluster, name), 'utf8').trimEnd().split('\n').slice(-SHOWN_LINES).join('\n')
  throw new Failure(`${name} ${why}. The end of ${logFile(cluster, name)}:\n${log}`)
}

function pidFile(cluster: Cluster, name: string): string {
  return pathIn(cluster, 'run', `${name}.pid`)
}

function logFile(cluster: Cluster, name: string): string {
  return pathIn(cluster, 'log', `${name}.log`)
}

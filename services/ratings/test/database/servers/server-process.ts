import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chown, copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

/** Database servers refuse to run as root; on Debian this is `nobody`, who owns nothing else. */
const NOBODY = 65_534
const asNobody = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}

/** What a server may take to start on a machine that has much else to do. */
const START_PATIENCE_MS = 60_000

/** An empty folder for a server's files, which its user may write to. */
export async function serverFolder(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `bookinfo-${name}-`))
  if (asNobody.uid !== undefined) await chown(folder, asNobody.uid, asNobody.gid)
  return folder
}

/** Writes a file that only the server may read, and says where it is. */
export async function serverFile(folder: string, name: string, content: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content, { mode: 0o600 })
  if (asNobody.uid !== undefined) await chown(path, asNobody.uid, asNobody.gid)
  return path
}

/** Copies a program to where its user may run it, and says where that is. */
export async function serverProgram(folder: string, program: string): Promise<string> {
  const path = join(folder, 'program')
  await copyFile(program, path)
  return path
}

/** Runs a program of the server's to its end. */
export async function runAsServer(program: string, args: string[], cwd: string): Promise<void> {
  await promisify(execFile)(program, args, { ...asNobody, cwd, env: { LC_ALL: 'C', PATH: process.env['PATH'] } })
}

export interface ServerProcess {
  start(): Promise<void>
  /** As an operator stops it. */
  stop(): Promise<void>
  /** Stops it, and removes its files. */
  remove(): Promise<void>
}

export interface ServerProgram {
  folder: string
  program: string
  args: string[]
  /** The signal for "close all connections and stop". */
  stopSignal: NodeJS.Signals
  /** Fails as long as it does not answer. */
  isUp: () => Promise<unknown>
}

export function createServerProcess({ folder, program, args, stopSignal, isUp }: ServerProgram): ServerProcess {
  let child: ChildProcess | undefined
  let output = ''

  async function stop(): Promise<void> {
    const running = child
    if (running?.exitCode !== null) return
    const exit = once(running, 'exit')
    running.kill(stopSignal)
    await exit
  }

  // However the tests end, no server outlives them.
  process.once('exit', () => child?.kill('SIGKILL'))

  return {
    async start() {
      output = ''
      const started = spawn(program, args, {
        ...asNobody,
        cwd: folder,
        env: { LC_ALL: 'C' },
        stdio: ['ignore', 'pipe', 'pipe']
      })
      child = started
      for (const stream of [started.stdout, started.stderr]) stream.on('data', (text) => (output += text))
      const patience = AbortSignal.timeout(START_PATIENCE_MS)
      for (;;) {
        const isReady = await isUp().then(
          () => true,
          () => false
        )
        if (isReady) return
        if (started.exitCode !== null || patience.aborted) throw new Error(`${program} did not start: ${output}`)
        await sleep(50)
      }
    },
    stop,
    async remove() {
      await stop()
      await rm(folder, { recursive: true, force: true })
    }
  }
}

import { collectLog, type StartOptions } from '@bookinfo/service-kit/testing'
import { execFile, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import type { Env, RunningService } from '@bookinfo/service-kit/testing'

const execute = promisify(execFile)

/** Kubernetes' restricted standard, the least memory that a pod asks for, and a user with group 0 as on OpenShift. */
const strict = [
  ['--user', '1000660000:0'],
  ['--read-only', '--read-only-tmpfs=false'],
  ['--cap-drop', 'all'],
  ['--security-opt', 'no-new-privileges'],
  ['--memory', '96m', '--pids-limit', '64']
].flat()

/** Root in a container may not set podman's default limits. crun needs more rights on control groups than runc. */
const modest = ['--runtime', 'runc', 'run', '--ulimit', 'nofile=1024:4096', '--ulimit', 'nproc=2048:4096']

export interface Ended {
  code: number | string
  stdout: string
  stderr: string
}

export interface RunningContainer extends RunningService {
  /** The name of the container in podman. */
  name: string
  /** Sends SIGTERM, as `podman stop` and Kubernetes do, and waits for the end. */
  stop(): Promise<Ended>
  /** Waits for the end, without a signal. */
  ended(): Promise<Ended>
  /** Runs a program inside. */
  exec(...command: string[]): Promise<Ended>
}

/** An image in a store; in the store of the user if `storage` is undefined. */
export interface Stored {
  image: string
  storage: string | undefined
}

/** Starts an image on a free port of this machine. */
export async function startContainer(
  { image, storage }: Stored,
  env: Env = {},
  { errorsExpected = false }: StartOptions = {}
): Promise<RunningContainer> {
  const name = `bookinfo-test-${randomUUID()}`
  // Podman sets HOSTNAME by itself. An empty value counts as unset.
  const settings = Object.entries({ HOSTNAME: '', ...env }).map(([key, value]) => `--env=${key}=${value}`)
  const args = [...modest, '--rm', '--name', name, '--network', 'host', '--stop-timeout', '20', ...strict, ...settings]
  const child = spawn('podman', [...args, image, '0'], {
    env: inStore(storage),
    stdio: ['ignore', 'pipe', 'pipe']
  })
  const exit = once(child, 'exit')
  const log = collectLog()
  const stderr = text(child.stderr)
  const port = await new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      log.stream.write(line)
      const [, found] = /Server listening on: http:\/\/0\.0\.0\.0:([0-9]+)/.exec(line) ?? []
      if (found !== undefined) resolve(Number(found))
    })
    exit.then(async () => reject(new Error(`${image} has ended before it listened: ${await stderr}`)), reject)
  })
  const ended = async (): Promise<Ended> => {
    await exit
    return { code: child.exitCode ?? String(child.signalCode), stdout: '', stderr: await stderr }
  }
  const stop = (): Promise<Ended> => {
    if (child.exitCode === null) child.kill('SIGTERM')
    return ended()
  }
  return {
    name,
    origin: `http://127.0.0.1:${port}`,
    port,
    log,
    stop,
    ended,
    exec: (...command) => runTool(storage, 'podman', ['--runtime', 'runc', 'exec', name, ...command]),
    async [Symbol.asyncDispose]() {
      const { code } = await stop()
      const errors = log.errors()
      if (code !== 0) throw new Error(`${image} has ended with ${code}`)
      if (errors.length > 0 && !errorsExpected)
        throw new Error(`unexpected errors in the log: ${JSON.stringify(errors)}`)
    }
  }
}

/** Runs podman or buildah on a store. A failure is returned, not thrown. */
export async function runTool(storage: string | undefined, program: string, args: string[]): Promise<Ended> {
  try {
    const options = { env: inStore(storage), maxBuffer: 64 * 1024 * 1024 }
    return { code: 0, ...(await execute(program, args, options)) }
  } catch (error) {
    if (!(error instanceof Error && 'stdout' in error && 'stderr' in error && 'code' in error)) throw error
    return { code: Number(error.code), stdout: String(error.stdout), stderr: String(error.stderr) }
  }
}

function inStore(storage: string | undefined): NodeJS.ProcessEnv {
  return storage === undefined ? process.env : { ...process.env, CONTAINERS_STORAGE_CONF: storage }
}

import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { copyFile, cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

export const services = ['productpage', 'details', 'reviews', 'ratings'] as const
export type ServiceName = (typeof services)[number]

/** The path of a service's folder, or of a file in it. */
export function serviceFile(service: ServiceName, path = ''): string {
  return fileURLToPath(new URL(`../../services/${service}/${path}`, import.meta.url))
}

/** The path of a built file. The tests do not build, so that they test the shipped files. */
export function builtFile(service: ServiceName, name: BuiltFile = 'main.js'): string {
  const file = serviceFile(service, `dist/${name}`)
  if (!existsSync(file)) throw new Error(`services/${service}/dist/${name} is not there: run "npm run build" first`)
  return file
}

/** The files beside a service's bundle: trace mode, and the database libraries of ratings. */
export const beside = {
  productpage: ['telemetry.js', 'jaeger.cjs'],
  details: ['telemetry.js', 'jaeger.cjs'],
  reviews: ['telemetry.js', 'jaeger.cjs'],
  ratings: ['telemetry.js', 'jaeger.cjs', 'mongodb.js', 'mysql.js', 'postgres.js']
} as const satisfies Record<ServiceName, readonly string[]>

type Bundle = 'main.js' | (typeof beside)[ServiceName][number]
type BuiltFile = Bundle | `${Bundle}.map` | `${Bundle}.LICENSES.txt`

export interface Folder extends AsyncDisposable {
  path: string
  /** The file to run; `main.js` if absent. */
  main?: string
}

export async function emptyFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'bookinfo-bundle-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** A folder with the bundle alone. */
export async function lonelyBundle(service: ServiceName): Promise<Folder> {
  const folder = await emptyFolder()
  await copyFile(builtFile(service), join(folder.path, 'main.js'))
  return folder
}

/** A folder with all built files of a service. Some settings need the files beside the bundle. */
export async function wholeBuild(service: ServiceName): Promise<Folder> {
  const folder = await emptyFolder()
  await cp(dirname(builtFile(service)), folder.path, { recursive: true, filter: (file) => !file.endsWith('.map') })
  return folder
}

/** The folder of the sources, which Node runs directly. */
export async function sources(service: ServiceName): Promise<Folder> {
  return { path: serviceFile(service, 'src'), main: 'main.ts', [Symbol.asyncDispose]: async () => undefined }
}

export interface Ending {
  code: number | null
  signal: NodeJS.Signals | null
  stderr: string
}

export interface RunningBundle extends AsyncDisposable {
  origin: string
  port: number
  folder: string
  /** The process id. */
  pid: number
  /** The log lines so far. */
  lines: readonly string[]
  /** Sends SIGTERM and waits. */
  stop(): Promise<Ending>
}

/** Starts a bundle in a folder. It inherits no environment variable. */
export async function startBundle(
  service: ServiceName,
  env: Record<string, string> = {},
  place: (service: ServiceName) => Promise<Folder> = lonelyBundle
): Promise<RunningBundle> {
  await using starting = new AsyncDisposableStack()
  const folder = starting.use(await place(service))
  // The service ends when the channel to these tests closes.
  const child = fork(folder.main ?? 'main.js', ['0'], { cwd: folder.path, env, execArgv: [], silent: true })
  // Also waits for the end of its output.
  const exit = once(child, 'close')
  starting.defer(async () => {
    child.kill('SIGKILL')
    await exit
  })
  if (!child.stdout || !child.stderr) throw new Error('the bundle was started without its streams')
  const output = createInterface({ input: child.stdout })
  const lines: string[] = []
  output.on('line', (line) => lines.push(line))
  const stderr = text(child.stderr)
  const port = await new Promise<number>((resolve, reject) => {
    output.on('line', (line) => {
      const [, found] = /Server listening on: http:\/\/0\.0\.0\.0:([0-9]+)/.exec(line) ?? []
      if (found !== undefined) resolve(Number(found))
    })
    exit.then(async () => reject(new Error(`${service} has ended before it listened: ${await stderr}`)), reject)
  })
  const running = starting.move()
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    folder: folder.path,
    pid: child.pid ?? 0,
    lines,
    async stop() {
      child.kill('SIGTERM')
      await exit
      return { code: child.exitCode, signal: child.signalCode, stderr: await stderr }
    },
    [Symbol.asyncDispose]: () => running.disposeAsync()
  }
}

/** Runs Node in a folder to its end. */
export async function runNode(
  folder: string,
  args: string[],
  env: Record<string, string> = {}
): Promise<Ending & { stdout: string }> {
  const child = spawn(process.execPath, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code: child.exitCode, signal: child.signalCode, stdout, stderr }
}

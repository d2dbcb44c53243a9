import { spawn, execFile, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** Programs to run, by their paths in Debian's packages. */
const programs = ['usr/sbin/dockerd', 'usr/bin/containerd', 'usr/bin/containerd-shim-runc-v2', 'usr/bin/docker']

/** A separate Docker engine and a registry, from Debian's packages. */
export interface Engine extends AsyncDisposable {
  /** The environment in which `docker` uses this engine. */
  env: NodeJS.ProcessEnv
  /** Host and port of the registry, which accepts pushes without TLS. */
  registry: string
}

/**
 * Unpacks and starts an engine and a registry, as root, independent of installed ones. The engine uses containerd's image store, as
 * new installations of Docker do. It has no network for containers, because these tests run none.
 */
export async function startEngine(): Promise<Engine> {
  await using starting = new AsyncDisposableStack()
  const folder = await mkdtemp('/var/tmp/bookinfo-engine-')
  starting.defer(() => rm(folder, { recursive: true }))
  const root = join(folder, 'root')
  const packages = '--include=docker.io,docker-cli,docker-buildx,docker-registry'
  await execute('mmdebstrap', ['--quiet', '--variant=extract', packages, 'trixie', root])
  const bin = join(folder, 'bin')
  await mkdir(bin)
  for (const program of programs) await symlink(join(root, program), join(bin, program.replace(/.*\//, '')))

  const storage = { filesystem: { rootdirectory: join(folder, 'registry') } }
  const settings = { version: 0.1, storage, http: { addr: '127.0.0.1:0' } }
  await writeFile(join(folder, 'registry.yml'), JSON.stringify(settings))
  const served = spawn(join(root, 'usr/bin/docker-registry'), ['serve', join(folder, 'registry.yml')])
  starting.defer(() => end(served))
  const registry = await saysWhere(served, /listening on (127\.0\.0\.1:[0-9]+)/)

  const plugins = { cliPluginsExtraDirs: [join(root, 'usr/libexec/docker/cli-plugins')] }
  await writeFile(join(folder, 'config.json'), JSON.stringify(plugins))
  await writeFile(
    join(folder, 'daemon.json'),
    JSON.stringify({ features: { 'containerd-snapshotter': true }, 'userland-proxy': false })
  )
  const socket = `unix://${folder}/docker.sock`
  const env = { ...process.env, PATH: `${bin}:${process.env['PATH']}`, DOCKER_HOST: socket, DOCKER_CONFIG: folder }
  const apart = ['--config-file', 'daemon.json', '--data-root', 'data', '--exec-root', 'exec', '--pidfile', 'pid']
  const offline = ['--bridge=none', '--iptables=false', '--ip6tables=false']
  const engine = spawn('dockerd', ['--host', socket, ...inFolder(folder, apart), ...offline], { env })
  starting.defer(() => end(engine))
  await saysWhere(engine, /API listen on (\S+)/)
  const running = starting.move()
  return { env, registry, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

function inFolder(folder: string, options: readonly string[]): string[] {
  return options.map((option) => (option.startsWith('--') ? option : join(folder, option)))
}

/** Waits for a line in a server's log, and keeps reading it. @throws Error with the log if the server ends first */
function saysWhere(server: ChildProcess, where: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let log = ''
    for (const stream of [server.stdout, server.stderr]) {
      if (stream === null) continue
      createInterface({ input: stream }).on('line', (line) => {
        log += `${line}\n`
        const [, found] = where.exec(line) ?? []
        if (found !== undefined) resolve(found)
      })
    }
    server.on('error', reject).on('exit', () => reject(new Error(log)))
  })
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null || server.pid === undefined) return
  const exit = once(server, 'exit')
  server.kill('SIGTERM')
  await exit
}

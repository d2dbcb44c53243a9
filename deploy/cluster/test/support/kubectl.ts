import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

const execute = promisify(execFile)
const OUTPUT_LIMIT = 64 * 2 ** 20

export interface Output {
  stdout: string
  stderr: string
}

/**
 * Runs kubectl on the cluster that KUBECONFIG names.
 *
 * @param input for its stdin
 * @throws Error with its stderr, if it fails
 */
export async function kubectl(args: readonly string[], input = ''): Promise<Output> {
  const running = execute('kubectl', [...args], { maxBuffer: OUTPUT_LIMIT })
  // One that does not read its stdin may end before it is written. Its exit status says whether it failed.
  running.child.stdin?.on('error', () => undefined).end(input)
  return running
}

/** Runs JavaScript with the Node of a service's container. @returns what it prints */
export async function runInPod(workload: string, script: string, namespace = 'bookinfo'): Promise<string> {
  const node = ['node', '--input-type=module', '-e', script]
  const { stdout } = await kubectl(['-n', namespace, 'exec', workload, '--', ...node])
  return stdout.trim()
}

/** The way in that the overlay's README names. */
export interface Forward extends AsyncDisposable {
  url: string
  /** kubectl ends a forward once a connection is refused. */
  readonly ended: boolean
}

export function forward(service: string, port: number, namespace = 'bookinfo'): Promise<Forward> {
  return forwardTo(`service/${service}`, port, namespace)
}

/** @param target such as pod/NAME */
export async function forwardTo(target: string, port: number, namespace = 'bookinfo'): Promise<Forward> {
  const child = spawn('kubectl', ['-n', namespace, 'port-forward', target, `:${port}`], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const exit = once(child, 'exit')
  const [line]: unknown[] = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), exit])
  const [, local] = /127\.0\.0\.1:(\d+)/.exec(String(line)) ?? []
  if (local === undefined) throw new Error(`kubectl port-forward says no port: ${String(line)}`)
  return {
    url: `http://127.0.0.1:${local}`,
    get ended() {
      return child.exitCode !== null
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await exit
    }
  }
}

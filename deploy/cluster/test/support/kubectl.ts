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
  running.child.stdin?.end(input)
  return running
}

/** Runs JavaScript with the Node of a service's container. @returns what it prints */
export async function runInPod(workload: string, script: string): Promise<string> {
  const { stdout } = await kubectl([
    '-n',
    'bookinfo',
    'exec',
    workload,
    '--',
    'node',
    '--input-type=module',
    '-e',
    script
  ])
  return stdout.trim()
}

/** The way in that the overlay's README names. */
export interface Forward extends AsyncDisposable {
  url: string
}

export async function forward(service: string, port: number, namespace = 'bookinfo'): Promise<Forward> {
  const child = spawn('kubectl', ['-n', namespace, 'port-forward', `service/${service}`, `:${port}`], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const exit = once(child, 'exit')
  const [line]: unknown[] = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), exit])
  const [, local] = /127\.0\.0\.1:(\d+)/.exec(String(line)) ?? []
  if (local === undefined) throw new Error(`kubectl port-forward says no port: ${String(line)}`)
  return {
    url: `http://127.0.0.1:${local}`,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await exit
    }
  }
}

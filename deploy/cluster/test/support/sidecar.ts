import { kubectl } from './kubectl.ts'

/** The log of a sidecar, or of another container, from a time on. */
export async function logOf(workload: string, container: string, since: Date): Promise<string[]> {
  const log = ['-n', 'bookinfo', 'logs', workload, '-c', container, `--since-time=${since.toISOString()}`]
  const { stdout } = await kubectl(log)
  return stdout.split('\n').filter(Boolean)
}

/** Asks the administration interface of a sidecar: https://www.envoyproxy.io/docs/envoy/latest/operations/admin */
export async function askSidecar(workload: string, method: 'GET' | 'POST', path: string): Promise<string> {
  const agent = ['pilot-agent', 'request', method, path]
  const { stdout } = await kubectl(['-n', 'bookinfo', 'exec', workload, '-c', 'istio-proxy', '--', ...agent])
  return stdout
}

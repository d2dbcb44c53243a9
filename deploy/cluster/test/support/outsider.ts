import { kubectl } from './kubectl.ts'
import { imageWithNode } from './overlay.ts'

const NAME = 'outsider'
const inDefault = ['-n', 'default']

/** Sends a request from a pod without a sidecar. @returns status and body, or the word "refused" */
export function callWithoutSidecar(url: string): Promise<string> {
  return runWithoutSidecar(
    `fetch('${url}').then(async (response) => console.log(response.status, await response.text()), () => console.log('refused'))`
  )
}

/**
 * Connects to ports of an address from a pod without a sidecar, and sends each a request in plain HTTP.
 *
 * @returns by port, what has come back
 */
export async function answersWithoutSidecar(ip: string, ports: readonly number[]): Promise<Record<number, string>> {
  const script = `
    const ask = (port) => new Promise((resolve) => {
      let answer = ''
      const socket = require('node:net').connect(port, '${ip}', () => socket.write('GET /health HTTP/1.0\\r\\n\\r\\n'))
      socket.setTimeout(3000, () => socket.destroy())
      socket.on('data', (data) => (answer += data)).on('error', () => {}).on('close', () => resolve([port, answer]))
    })
    Promise.all(${JSON.stringify(ports)}.map(ask)).then((all) => console.log(JSON.stringify(Object.fromEntries(all))))`
  const answers: Record<number, string> = JSON.parse(await runWithoutSidecar(script))
  return answers
}

/**
 * Runs JavaScript in a pod without a sidecar, in the namespace default.
 *
 * @returns what it prints
 */
export async function runWithoutSidecar(script: string): Promise<string> {
  const run = ['run', NAME, `--image=${await imageWithNode()}`, '--restart=Never']
  try {
    await kubectl([...inDefault, ...run, '--command', '--', 'node', '-e', script])
    // The answer is read from the log: a terminal attached to a pod that ends at once may miss it.
    await kubectl([...inDefault, 'wait', '--for=jsonpath={.status.phase}=Succeeded', `pod/${NAME}`, '--timeout=120s'])
    const answer = await kubectl([...inDefault, 'logs', NAME])
    return answer.stdout.trim()
  } finally {
    await kubectl([...inDefault, 'delete', 'pod', NAME, '--ignore-not-found', '--wait=true'])
  }
}

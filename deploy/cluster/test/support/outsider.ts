import { kubectl } from './kubectl.ts'

const NAME = 'outsider'
const inDefault = ['-n', 'default']

/**
 * Sends a request from a pod without a sidecar, in the namespace default. It has the image of productpage, since that one has Node.
 *
 * @returns status and body, or the word "refused"
 */
export async function callWithoutSidecar(url: string): Promise<string> {
  const image = '--output=jsonpath={.spec.template.spec.containers[0].image}'
  const { stdout } = await kubectl(['-n', 'bookinfo', 'get', 'deployment', 'productpage-v1', image])
  const script = `fetch('${url}').then(async (response) => console.log(response.status, await response.text()), () => console.log('refused'))`
  const run = ['run', NAME, `--image=${stdout}`, '--restart=Never']
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

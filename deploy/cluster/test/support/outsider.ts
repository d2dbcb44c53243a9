import { kubectl } from './kubectl.ts'

const NAME = 'outsider'

/**
 * Sends a request from a pod without a sidecar, in the namespace default. It has the image of productpage, since that one has Node.
 *
 * @returns status and body, or the word "refused"
 */
export async function callWithoutSidecar(url: string): Promise<string> {
  const image = '--output=jsonpath={.spec.template.spec.containers[0].image}'
  const { stdout } = await kubectl(['-n', 'bookinfo', 'get', 'deployment', 'productpage-v1', image])
  const script = `fetch('${url}').then(async (response) => console.log(response.status, await response.text()), () => console.log('refused'))`
  const run = ['run', NAME, `--image=${stdout}`, '--restart=Never', '--rm', '--stdin', '--quiet']
  const answer = await kubectl(['-n', 'default', ...run, '--command', '--', 'node', '-e', script])
  return answer.stdout.trim()
}

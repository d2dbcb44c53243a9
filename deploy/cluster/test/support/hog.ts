import { kubectl } from './kubectl.ts'
import { imageWithNode } from './overlay.ts'

const inDefault = ['-n', 'default']

/**
 * Starts a pod that takes all the processor time it gets. Disposing of it removes it.
 *
 * @param cpu its weight, which it gets at least, such as 800m
 */
export async function startHog(threads: number, cpu: string): Promise<AsyncDisposable> {
  const image = await imageWithNode()
  const script = `
    const { Worker } = require('node:worker_threads')
    for (let thread = 0; thread < ${threads}; thread += 1) new Worker('for (;;);', { eval: true })`
  const containers = [{ name: 'hog', image, command: ['node', '-e', script], resources: { requests: { cpu } } }]
  const hog = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'hog' }, spec: { restartPolicy: 'Never', containers } }
  await kubectl([...inDefault, 'apply', '-f', '-'], JSON.stringify(hog))
  const remove = () => kubectl([...inDefault, 'delete', 'pod/hog', '--now', '--ignore-not-found'])
  try {
    await kubectl([...inDefault, 'wait', '--for=condition=Ready', 'pod/hog', '--timeout=120s'])
  } catch (error) {
    await remove()
    throw error
  }
  return {
    async [Symbol.asyncDispose]() {
      await remove()
    }
  }
}

import { Failure, print } from '@bookinfo/cli'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { get } from 'node:http'
import { bundleOf, countedBench, machine, quantile } from './bench.ts'

/** One request for each service that calls no other service. */
const firstQuestions = { productpage: '/', details: '/details/0', reviews: '/reviews/0', ratings: '/ratings/0' }
const PORT = 19_080
const PATIENCE_MS = 10_000

/**
 * Prints how long each built service takes from the start of its process to its first answer. Not a test: on a shared machine
 * the figures depend on the other load.
 */
await countedBench('bench:start', 15, async (runs) => {
  print(`${machine}, ${runs} runs each`)
  for (const [service, path] of Object.entries(firstQuestions)) {
    const bundle = bundleOf(service)
    if (!existsSync(bundle)) throw new Failure(`${service} is not built: run "npm run build" first`)
    const times: number[] = []
    for (let run = 0; run < runs; run += 1) times.push(await timeToFirstAnswer(bundle, path))
    const at = (share: number) => `${Math.round(quantile(times, share))} ms`
    print(`${service.padEnd(12)} median ${at(0.5)}, best ${at(0)}, worst ${at(1)}`)
  }
})

async function timeToFirstAnswer(bundle: string, path: string): Promise<number> {
  const start = performance.now()
  const child = spawn(process.execPath, [bundle, String(PORT)], { env: { LOG_LEVEL: 'error' }, stdio: 'ignore' })
  const exit = once(child, 'exit')
  try {
    while (!(await answers(path))) {
      if (performance.now() - start > PATIENCE_MS) throw new Error(`${bundle} did not answer within ${PATIENCE_MS} ms`)
      if (child.exitCode !== null) throw new Error(`${bundle} ended with status ${child.exitCode}`)
    }
    return performance.now() - start
  } finally {
    child.kill('SIGKILL')
    await exit
  }
}

/** A refused connection costs a fraction of a millisecond, so this is asked again at once. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port: PORT, path, agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    request.on('error', () => setTimeout(resolve, 1, false))
  })
}

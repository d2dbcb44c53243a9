import { print } from '@bookinfo/cli'
import { refusingPort } from '@bookinfo/service-kit/testing'
import { spawn, type ChildProcess } from 'node:child_process'
import { Agent, request } from 'undici'
import { bundleOf, countedBench, machine, quantile } from './bench.ts'

const ROUND_MS = 1_000
const uses = ['keep-alive', 'renewed', 'per-request'] as const
const loads = { 'one reader at a time': 1, '16 readers at once': 16 }
const client = new Agent({ connections: 16 })

/**
 * Prints what new connections for upstream calls cost: reviews v3, which calls ratings once, with each setting of
 * UPSTREAM_CONNECTIONS. Rounds alternate, so that other load on the machine affects all. Read the ratios.
 */
await countedBench('bench:connections', 9, async (rounds) => {
  const ratingsPort = await refusingPort()
  const children = [start('ratings', ratingsPort, {})]
  const ports = new Map<string, number>()
  try {
    for (const use of uses) {
      const port = await refusingPort()
      const upstream = { RATINGS_HOSTNAME: `127.0.0.1:${ratingsPort}`, UPSTREAM_CONNECTIONS: use }
      children.push(start('reviews', port, { ENABLE_RATINGS: 'true', STAR_COLOR: 'red', ...upstream }))
      ports.set(use, port)
    }
    for (const port of [ratingsPort, ...ports.values()]) await untilReady(port)
    print(`${machine}, ${rounds} rounds, medians`)
    for (const [load, readers] of Object.entries(loads)) {
      const rates = new Map<string, number[]>(uses.map((use) => [use, []]))
      // The first round warms up and is not counted.
      for (let round = 0; round <= rounds; round += 1) {
        for (const use of uses) {
          const rate = await measure(ports.get(use) ?? 0, readers)
          if (round > 0) rates.get(use)?.push(rate)
        }
      }
      const median = (use: string) => quantile(rates.get(use) ?? [], 0.5)
      const results = uses.map(
        (use) => `${use} ${format(median(use), readers)}, ratio ${(median(use) / median('keep-alive')).toFixed(2)}`
      )
      print(`${load}: ${results.join('; ')}`)
    }
  } finally {
    for (const child of children) child.kill('SIGKILL')
    await client.close()
  }
})

/** Requests per second, and milliseconds per request. */
function format(rate: number, readers: number): string {
  return `${Math.round(rate)}/s (${((readers * 1000) / rate).toFixed(2)} ms)`
}

async function measure(port: number, readers: number): Promise<number> {
  const start = performance.now()
  const end = start + ROUND_MS
  let answers = 0
  const read = async (): Promise<void> => {
    while (performance.now() < end) {
      const { statusCode, body } = await request(`http://127.0.0.1:${port}/reviews/0`, { dispatcher: client })
      await body.dump()
      if (statusCode !== 200) throw new Error(`reviews answered ${statusCode}`)
      answers += 1
    }
  }
  await Promise.all(Array.from({ length: readers }, read))
  return (answers * 1000) / (performance.now() - start)
}

function start(service: string, port: number, env: NodeJS.ProcessEnv): ChildProcess {
  return spawn(process.execPath, [bundleOf(service), String(port)], {
    env: { HOST: '127.0.0.1', LOG_LEVEL: 'error', ...env },
    stdio: ['ignore', 'ignore', 'inherit']
  })
}

async function untilReady(port: number): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    const answer = await request(`http://127.0.0.1:${port}/readyz`).catch(() => undefined)
    if (answer?.statusCode === 200) return void (await answer.body.dump())
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`nothing is ready on port ${port}; are the services built ("npm run build")?`)
}

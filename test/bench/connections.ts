import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Agent, request } from 'undici'

const ROUNDS = 9
const ROUND_MS = 1_000
const uses = ['keep-alive', 'renewed', 'per-request'] as const
const loads = { 'one reader at a time': 1, '16 readers at once': 16 }

/**
 * Prints what new connections for upstream calls cost: reviews v3, which calls ratings once, with each setting of
 * UPSTREAM_CONNECTIONS. Rounds alternate, so that other load on the machine affects all. Read the ratios.
 */
const ratingsPort = await freePort()
const children = [start('ratings', ratingsPort, {})]
const ports = new Map<string, number>()
for (const use of uses) {
  const port = await freePort()
  const upstream = { RATINGS_HOSTNAME: `127.0.0.1:${ratingsPort}`, UPSTREAM_CONNECTIONS: use }
  children.push(start('reviews', port, { ENABLE_RATINGS: 'true', STAR_COLOR: 'red', ...upstream }))
  ports.set(use, port)
}
const client = new Agent({ connections: 16 })
try {
  for (const port of [ratingsPort, ...ports.values()]) await untilReady(port)
  process.stdout.write(`Node ${process.versions.node}, ${availableParallelism()} cores, ${ROUNDS} rounds, medians\n`)
  for (const [load, readers] of Object.entries(loads)) {
    const rates = new Map<string, number[]>(uses.map((use) => [use, []]))
    // The first round warms up and is not counted.
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const use of uses) {
        const rate = await measure(ports.get(use) ?? 0, readers)
        if (round > 0) rates.get(use)?.push(rate)
      }
    }
    const kept = median(rates.get('keep-alive') ?? [])
    const results = uses.map((use) => {
      const rate = median(rates.get(use) ?? [])
      return `${use} ${format(rate, readers)}, ratio ${(rate / kept).toFixed(2)}`
    })
    process.stdout.write(`${load}: ${results.join('; ')}\n`)
  }
} finally {
  for (const child of children) child.kill('SIGKILL')
  await client.close()
}

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
  const main = fileURLToPath(new URL(`../../services/${service}/dist/main.js`, import.meta.url))
  return spawn(process.execPath, [main, String(port)], {
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

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

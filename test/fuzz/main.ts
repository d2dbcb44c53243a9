import { explainFailure, Failure, parseOptions, print, readNumber, ROOT, stopOnSignals } from '@bookinfo/cli'
import { freeBasePort } from '@bookinfo/suite/testing'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fuzz, signIn } from './fuzz.ts'
import { checkApi } from './schemathesis.ts'

const help = 'npm run fuzz -- --help'

/** MiB of heap for each process. A leak ends it. The trace viewer needs most of it for the spans that it keeps. */
const HEAP_MIB = 512

const usage = `Usage: npm run fuzz -- [options]

Starts the suite and sends it made-up requests and raw bytes. Details, ratings and reviews get most of them: pages of productpage and
of the trace viewer cost ten times as much.
Where Schemathesis is installed, it compares the answers with the OpenAPI document of each service.
Fails if a status from 500 on is not foreseen, an answer is missing, or a process ends. Each has ${HEAP_MIB} MiB of heap, so
that a leak ends it.

  --requests N  in all, 1000 to 10000000; 200000 if not given
  --seed N      the same seed makes the same requests; 1 if not given
  --help        show this
`

/** The port of each, counted from the base port, and its share of the requests. */
const targets = {
  productpage: { offset: 0, share: 0.1 },
  details: { offset: 1, share: 0.3 },
  ratings: { offset: 2, share: 0.3 },
  'reviews-v3': { offset: 5, share: 0.25 },
  'trace-viewer': { offset: 6, share: 0.05 }
}

const stop = stopOnSignals()

await explainFailure(async () => {
  const options = {
    requests: { type: 'string', default: '200000' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean' }
  } as const
  const { values } = parseOptions(process.argv.slice(2), { options, help, example: 'npm run fuzz -- --seed 2' })
  if (values.help) return print(usage.trimEnd())
  const requests = readNumber('--requests', values.requests, { least: 1000, greatest: 10_000_000 })
  const seed = readNumber('--seed', values.seed, { least: 0, greatest: 999_999_999 })
  const basePort = await freeBasePort()
  await using suite = await startSuite(basePort)
  print(`${requests} requests with seed ${seed} to the suite of process ${suite.pid}`)
  let failed = false
  for (const [name, { offset, share }] of Object.entries(targets)) {
    const port = basePort + offset
    failed = (await attack(name, { port, requests: Math.round(requests * share), seed })) || failed
    stop.throwIfAborted()
    if (name !== 'trace-viewer') failed = (await checkDocument(name, port, seed)) || failed
  }
  if (failed)
    throw new Failure(`problems were found: npm run fuzz -- --requests ${requests} --seed ${seed} shows them again`)
})

/** Starts the suite from its sources, each process with little memory, and waits until it is ready. */
async function startSuite(basePort: number): Promise<AsyncDisposable & { pid: number | undefined }> {
  const program = join(ROOT, 'suite/src/main.ts')
  const child = spawn(process.execPath, [program, '--base-port', String(basePort)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      NODE_OPTIONS: `--max-old-space-size=${HEAP_MIB}`,
      // To send every span and log line to the viewer took a third of all CPU time.
      LOG_LEVEL: 'warn',
      OTEL_TRACES_SAMPLER: 'traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.05'
    }
  })
  const ended = once(child, 'close')
  const [first] = await Promise.race([once(child.stdout, 'data'), ended])
  if (!Buffer.isBuffer(first)) throw new Failure('the suite did not start')
  // Its warnings are about the requests.
  child.stdout.resume()
  return {
    pid: child.pid,
    async [Symbol.asyncDispose]() {
      child.kill()
      await ended
    }
  }
}

/** Sends one service its requests, and prints what came back. @returns whether it failed */
async function attack(name: string, { port, ...options }: { port: number; requests: number; seed: number }) {
  const startedMs = performance.now()
  const born = await readStart(port)
  const { statuses, problems, described } = await fuzz({ port, ...options, stop })
  const restarted = !stop.aborted && (await readStart(port)) !== born
  const counts = Object.entries(statuses).map(([status, count]) => `${status}: ${count}`)
  const seconds = Math.round((performance.now() - startedMs) / 1000)
  print(`${name.padEnd(12)} ${seconds} s, ${problems} problems, ${counts.join(', ')}`)
  for (const line of described) print(`  ${line}`)
  if (restarted) print(`  ${name} has ended and was started again`)
  return problems > 0 || restarted
}

/** Compares the answers of a service with its OpenAPI document. @returns whether it failed */
async function checkDocument(name: string, port: number, seed: number): Promise<boolean> {
  const origin = `http://127.0.0.1:${port}`
  const check = await checkApi(origin, seed, await signIn(origin, name === 'productpage'))
  if (check === undefined) {
    print(
      `${name.padEnd(12)} Schemathesis is left out: python3 -m pip install --requirement test/fuzz/requirements.txt`
    )
    return false
  }
  const [, cases = 'no test cases'] = /Test cases:\s+(.*)/.exec(check.output) ?? []
  print(`${name.padEnd(12)} Schemathesis: ${cases}`)
  if (!check.passed) print(check.output)
  return !check.passed
}

/** When the process of a service started, in seconds since 1970; undefined if it does not answer. */
async function readStart(port: number): Promise<string | undefined> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/metrics`, { signal: AbortSignal.timeout(20_000) })
    return /^process_start_time_seconds(?:\{[^}]*\})? ([0-9.e+]+)$/m.exec(await response.text())?.[1]
  } catch {
    return undefined
  }
}

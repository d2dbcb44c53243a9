// Runs in a pod: asks for the page at a steady rate, whether or not answers come, and never repeats a request. Every second request
// is on a connection of its own, the others on kept ones. SIGTERM ends it, with one line that says what came back.
import { Agent, get } from 'node:http'

const url = process.argv[2] ?? ''
const ratePerSecond = Number(process.argv[3])
const TIMEOUT_MS = 15_000

const kept = new Agent({ keepAlive: true })
const running = new Set<Promise<void>>()
const failures: string[] = []
const latenciesMs: number[] = []
let sent = 0

function ask(agent: Agent | false): Promise<void> {
  const started = performance.now()
  return new Promise((resolve) => {
    const end = (failure?: string) => {
      latenciesMs.push(performance.now() - started)
      if (failure !== undefined) failures.push(`${new Date().toISOString()} ${agent ? 'kept' : 'new'}: ${failure}`)
      resolve()
    }
    const request = get(url, { agent, timeout: TIMEOUT_MS }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (body += chunk))
      response.on('error', (error) => end(error.message))
      response.on('end', () => {
        const [missing] = /[^<>]*currently unavailable[^<>]*/.exec(body) ?? []
        if (response.statusCode === 200 && missing === undefined) end()
        else end(missing ?? `status ${response.statusCode}`)
      })
    })
    request.on('timeout', () => request.destroy(new Error('timeout')))
    request.on('error', (error) => end(error.message))
  })
}

const timer = setInterval(() => {
  const one = ask(sent++ % 2 === 0 ? false : kept)
  running.add(one)
  void one.finally(() => running.delete(one))
}, 1000 / ratePerSecond)

process.once('SIGTERM', () => {
  clearInterval(timer)
  void Promise.all(running).then(() => {
    const sorted = latenciesMs.toSorted((one, other) => one - other)
    const at = (share: number) => Math.round(sorted[Math.floor(sorted.length * share)] ?? 0)
    process.stdout.write(`${JSON.stringify({ sent, failures, p50Ms: at(0.5), p99Ms: at(0.99) })}\n`)
    process.exit()
  })
})
process.stdout.write('started\n')

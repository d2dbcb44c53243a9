import * as fc from 'fast-check'
import { Value } from 'typebox/value'
import { Agent } from 'undici'
import { byteStreams, sendBytes } from './bytes.ts'
import { Api, requestsOf, type Request } from './requests.ts'

/** Requests at once. */
const CONCURRENCY = 16

/** Requests that are made in one go. */
const BATCH = 500

/** One connection in so many requests carries raw bytes. */
const BYTES_EVERY = 20

const TIMEOUT_MS = 20_000

/** Problems that are described, and characters of their requests; all problems are counted. */
const MAX_DESCRIBED = 20
const MAX_SHOWN = 1000

/** Statuses from 500 on that a server may answer to nonsense: not implemented, and an unknown HTTP version. */
const foreseen = [501, 505]

export interface Findings {
  requests: number
  /** Answers by status; 0 for a connection that was closed without an answer. */
  statuses: Record<number, number>
  problems: number
  described: string[]
}

export interface FuzzOptions {
  port: number
  requests: number
  /** The same seed makes the same requests. */
  seed: number
  stop: AbortSignal
}

/**
 * Sends made-up requests and raw bytes to a service.
 *
 * @returns what came back. A problem is a status from 500 on that is not foreseen, or no answer in time. Foreseen are 501, 505, and 503
 * with `Retry-After`
 */
export async function fuzz({ port, requests, seed, stop }: FuzzOptions): Promise<Findings> {
  const origin = `http://127.0.0.1:${port}`
  const client = new Agent({ connections: CONCURRENCY, maxResponseSize: 2 ** 24 })
  const findings: Findings = { requests: 0, statuses: {}, problems: 0, described: [] }
  const count = (status: number) => {
    findings.requests++
    findings.statuses[status] = (findings.statuses[status] ?? 0) + 1
  }
  const note = (status: number | undefined, what: () => string) => {
    if (status === undefined) findings.requests++
    else count(status)
    if (status !== undefined && (status < 500 || foreseen.includes(status))) return
    findings.problems++
    if (findings.described.length < MAX_DESCRIBED)
      findings.described.push(`seed ${seed}: ${status ?? 'no answer'} to ${what()}`)
  }

  async function send(request: Request): Promise<void> {
    try {
      const signal = AbortSignal.any([stop, AbortSignal.timeout(TIMEOUT_MS)])
      const { statusCode, headers, body } = await client.request({
        origin,
        ...request,
        body: request.body ?? null,
        signal
      })
      await body.dump()
      // On a busy machine a service refuses some of so many requests, in good order.
      if (statusCode === 503 && headers['retry-after'] !== undefined) count(statusCode)
      else note(statusCode, () => JSON.stringify(request).slice(0, MAX_SHOWN))
    } catch (error) {
      if (stop.aborted) return
      // A refused body may end the connection before the answer is read. Such requests are sent once more by nobody.
      note(isClosed(error) ? 0 : undefined, () => `${String(error)} ${JSON.stringify(request).slice(0, MAX_SHOWN)}`)
    }
  }

  const api = Value.Parse(Api, JSON.parse(await (await fetch(`${origin}/openapi.json`)).text()))
  const anyRequest = requestsOf(api, await signIn(origin, '/login' in api.paths))
  for (let batch = 0; findings.requests < requests && !stop.aborted; batch++) {
    const numRuns = Math.min(BATCH, requests - findings.requests)
    const made = fc.sample(anyRequest, { seed: seed + batch, numRuns })
    const raw = fc.sample(byteStreams, { seed: seed + batch, numRuns: Math.ceil(numRuns / BYTES_EVERY) })
    const tasks = made.map((request, index) => async () => {
      const bytes = index % BYTES_EVERY === 0 ? raw[index / BYTES_EVERY] : undefined
      if (bytes) note(await sendBytes(port, bytes), () => JSON.stringify(bytes.toString('latin1')).slice(0, MAX_SHOWN))
      else await send(request)
    })
    await Promise.all(Array.from({ length: CONCURRENCY }, () => work(tasks)))
  }
  await client.close()
  return findings
}

async function work(tasks: (() => Promise<void>)[]): Promise<void> {
  for (let task = tasks.pop(); task; task = tasks.pop()) await task()
}

function isClosed(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(String(error.code))
  )
}

/** The cookie of a session, so that requests of signed-in users are among those made. */
export async function signIn(origin: string, possible: boolean): Promise<string> {
  if (!possible) return 'session=none'
  const { headers } = await fetch(`${origin}/login?username=jason`, { method: 'POST', redirect: 'manual' })
  return headers.getSetCookie().join('; ').split(';')[0] ?? ''
}

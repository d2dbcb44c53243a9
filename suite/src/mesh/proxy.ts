import type { Fault } from '@bookinfo/contracts/lab'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { once } from 'node:events'
import { attempt, endToEnd, type WholeRequest } from './attempt.ts'
import { chooseTarget, createBalancer, happens, hasLabels, type Chance, type Endpoint } from './choice.ts'
import type { ReportFault } from './fault-span.ts'
import { attemptAll } from './retry.ts'
import { findRule, headerText, type Labels, type Rule } from './rule.ts'
import { edgeName, type CallEdge, type Traffic } from './traffic.ts'

/** Bytes of a request's body; it is kept for retries and copies. Ratings, the only service that takes one, takes 16 KiB. */
const BODY_LIMIT = 1024 * 1024
/** Milliseconds for a copy of a request, whose answer nobody waits for. */
const MIRROR_MS = 15_000

/** Requests go to every endpoint of the service, as without a mesh. */
const everywhere: Rule = { matches: [], targets: [{ labels: {}, weight: 1 }] }

export interface ProxyOptions {
  traffic: Traffic
  /** The endpoints of a service that run now. */
  endpointsOf: (service: string) => readonly Endpoint[]
  reportFault: ReportFault
  chance: Chance
  sleep: (ms: number, value: undefined, options: { signal: AbortSignal }) => Promise<unknown>
}

/** Makes the handler of the requests on one edge. What it answers itself is Envoy's answer. */
export function createProxy(edge: CallEdge, { traffic, endpointsOf, reportFault, chance, sleep }: ProxyOptions) {
  const balance = createBalancer(chance)

  return function handle(incoming: IncomingMessage, response: ServerResponse): void {
    // Whatever goes wrong in the mesh, it is this one call that breaks off.
    passThrough(incoming, response).catch(() => response.destroy())
  }

  async function passThrough(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController()
    response.on('close', () => {
      if (!response.writableFinished) gone.abort()
    })
    incoming.on('error', () => gone.abort())
    const body = await readBody(incoming)
    if (gone.signal.aborted) return
    if (body === undefined) return answer(response, 413, 'Payload Too Large')
    const { method = 'GET', url = '/', rawHeaders, headers } = incoming
    const request = { method, url, rawHeaders, headers, body }

    const rule = findRule(traffic.rules.get(edge.to) ?? [everywhere], request)
    const labels = rule && chooseTarget(rule.targets, chance)?.labels
    if (rule === undefined || labels === undefined) return answer(response, 404, '')
    const fault = drawFault(rule, request)
    const startMs = Date.now()
    if (fault.delayMs > 0) await sleep(fault.delayMs, undefined, { signal: gone.signal }).catch(() => undefined)
    const isGivenUp = gone.signal.aborted
    if (fault.delayMs > 0 || fault.abort !== undefined) {
      // A call that goes on chooses its endpoint later: to choose twice would skip a turn.
      const isLost = isGivenUp || fault.abort !== undefined
      const meant = isLost ? choose(labels, request)?.labels : undefined
      reportFault({ edge, labels: meant ?? labels, headers, startMs, ...fault, isGivenUp })
    }
    if (isGivenUp) return
    if (fault.abort !== undefined) return answer(response, fault.abort, 'fault filter abort')
    for (const mirror of rule.mirrors ?? [])
      if (happens(mirror.percent, chance)) void copy(choose(mirror.labels, request), request)
    await forward(request, response, { rule, labels, gone: gone.signal })
  }

  function drawFault(rule: Rule, request: MatchedIncoming): { delayMs: number; abort: number | undefined } {
    const { delayMs = 0, abort, percent = 100, user }: Partial<Fault> = traffic.faults.get(edgeName(edge)) ?? {}
    const concerns = user === undefined || headerText(request.headers, 'end-user') === user
    const ruleDelayMs = rule.delay && happens(rule.delay.percent, chance) ? rule.delay.ms : 0
    const ruleAbort = rule.abort && happens(rule.abort.percent, chance) ? rule.abort.status : undefined
    return {
      delayMs: ruleDelayMs + (concerns && happens(percent, chance) ? delayMs : 0),
      abort: concerns && happens(percent, chance) ? (abort ?? ruleAbort) : ruleAbort
    }
  }

  function choose(labels: Labels, request: MatchedIncoming): Endpoint | undefined {
    const running = endpointsOf(edge.to).filter((endpoint) => hasLabels(endpoint, labels))
    return balance(running, traffic.balance.get(edge.to) ?? { kind: 'in turn' }, request)
  }

  async function forward(request: MatchedIncoming, response: ServerResponse, { rule, labels, gone }: Chosen) {
    const { timeoutMs, retries } = rule
    const tooLate = new AbortController()
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => tooLate.abort(), timeoutMs)
    const signal = AbortSignal.any([gone, tooLate.signal])
    const outcome = await attemptAll(() => choose(labels, request), request, { retries, chance, signal })
    try {
      if (outcome === undefined) return answer(response, 503, 'no healthy upstream')
      if ('response' in outcome) return await passOn(outcome.response, response)
      if (outcome.failure === 'timeout') return answer(response, 504, 'upstream request timeout')
      const reason = outcome.failure === 'reset' ? 'connection termination' : 'remote connection failure'
      answer(response, 503, `upstream connect error or disconnect/reset before headers. reset reason: ${reason}`)
    } finally {
      clearTimeout(timer)
    }
  }
}

interface MatchedIncoming extends WholeRequest {
  headers: IncomingMessage['headers']
}

interface Chosen {
  rule: Rule
  labels: Labels
  gone: AbortSignal
}

/** @returns undefined if the body is too large */
async function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
      length += chunk.length
      if (length > BODY_LIMIT) return undefined
      chunks.push(chunk)
    }
  } catch {
    // The caller is gone, which the handler knows.
  }
  return Buffer.concat(chunks)
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain', 'content-length': Buffer.byteLength(text) })
  response.end(text)
}

/** An answer that breaks off breaks off for the caller too. */
async function passOn(from: IncomingMessage, to: ServerResponse): Promise<void> {
  const headers = endToEnd(from.rawHeaders).flatMap(([, name = '', value = '']) => [name, value])
  to.writeHead(from.statusCode ?? 502, from.statusMessage, headers)
  from.on('error', () => to.destroy()).pipe(to)
  if (!to.closed) await once(to, 'close')
}

/** Sends a copy of a request, and drops the answer. */
async function copy(endpoint: Endpoint | undefined, request: WholeRequest): Promise<void> {
  if (endpoint === undefined) return
  const outcome = await attempt(endpoint, request, AbortSignal.timeout(MIRROR_MS))
  if ('response' in outcome) outcome.response.on('error', () => undefined).resume()
}

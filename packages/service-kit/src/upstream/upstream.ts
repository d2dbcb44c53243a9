import type { ForwardHeaders, StartedCall } from '@bookinfo/tracing'
import type { Static, TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import { parseJson } from '../server/body.ts'
import { describeServer, type UpstreamServer } from './address.ts'
import { messageIn, methodsOf, single } from './answer.ts'
import type { HttpClient } from './agent.ts'
import { exchange, type UpstreamAnswer } from './exchange.ts'
import { errorType, failureOf, type UpstreamResult } from './result.ts'

export interface UpstreamOptions<S extends TSchema> {
  name: string
  origins: readonly string[]
  /** The body of a good answer; any other is a failure of the upstream. */
  schema: S
  /** Milliseconds for one attempt, from connecting to the last byte. */
  timeoutMs: number
  dispatcher: HttpClient
}

export interface Upstream<T> {
  name: string
  /** @param attempt 1 for the first call, more for a retry; the span has it */
  get(path: string, headers: ForwardHeaders, attempt?: number): Promise<UpstreamResult<T>>
  /** @param body sent as JSON */
  post(path: string, body: unknown, headers: ForwardHeaders): Promise<UpstreamResult<T>>
  /** The methods that a resource allows, by its `Allow` header. */
  options(path: string, headers: ForwardHeaders): Promise<UpstreamResult<readonly string[]>>
}

/** A client for one upstream. It never throws: a failure is a value to render. */
export function createUpstream<S extends TSchema>(options: UpstreamOptions<S>): Upstream<Static<S>> {
  const { name, origins, schema, timeoutMs, dispatcher } = options
  let compiled: Validator<{}, S> | undefined
  const servers = origins.map(describeServer)
  let turn = 0

  function nextServer(): UpstreamServer {
    const server = servers[turn % servers.length] ?? describeServer('')
    turn += 1
    return server
  }

  function checked({ text }: UpstreamAnswer): Static<S> | undefined {
    const value = parseJson(text)
    return (compiled ??= Compile(schema)).Check(value) ? value : undefined
  }

  /** @param read makes a value of a good answer, or undefined if it is malformed */
  async function send<T>(
    { method, path, headers, attempt = 1, content }: UpstreamRequest,
    read: (answer: UpstreamAnswer) => T | undefined
  ): Promise<UpstreamResult<T>> {
    const server = nextServer()
    const call = headers.startCall({ peer: name, method, ...server, path, attempt })
    try {
      const answer = await exchange(
        dispatcher,
        { origin: server.origin, path, method, headers: headersOf(headers, call, content), body: content ?? null },
        timeoutMs
      )
      const { status, text } = answer
      if (status !== 200) {
        call.end(status)
        return { ok: false, kind: 'refused', status, reason: `status ${status}`, message: messageIn(text) }
      }
      const value = read(answer)
      if (value === undefined) {
        call.end(status, 'malformed')
        return { ok: false, kind: 'malformed', status: undefined, reason: 'not the JSON that the contract asks for' }
      }
      call.end(status)
      const { 'x-service-version': version, 'server-timing': serverTiming } = answer.headers
      return { ok: true, value, text, version: single(version), serverTiming: single(serverTiming) }
    } catch (error) {
      call.end(undefined, errorType(error))
      return failureOf(error, timeoutMs)
    }
  }

  return {
    name,
    get: (path, headers, attempt) => send({ method: 'GET', path, headers, attempt }, checked),
    post: (path, value, headers) => send({ method: 'POST', path, headers, content: JSON.stringify(value) }, checked),
    options: (path, headers) =>
      send({ method: 'OPTIONS', path, headers }, (answer) => methodsOf(answer.headers['allow']))
  }
}

interface UpstreamRequest {
  method: 'GET' | 'POST' | 'OPTIONS'
  path: string
  headers: ForwardHeaders
  attempt?: number | undefined
  content?: string
}

function headersOf({ pairs }: ForwardHeaders, call: StartedCall, content: string | undefined): string[] {
  const headers = [...pairs, ...call.pairs, 'accept', 'application/json']
  if (content !== undefined) headers.push('content-type', 'application/json')
  return headers
}

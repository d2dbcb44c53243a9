import type { ForwardHeaders, StartedCall } from '@bookinfo/tracing'
import { Type, type Static, type TSchema } from 'typebox'
import { Check } from 'typebox/value'
import { Compile, type Validator } from 'typebox/compile'
import type { HttpClient } from './dispatcher.ts'
import { exchange, TooLate, type UpstreamAnswer } from './exchange.ts'

/**
 * The checked value of an answer, or a failure. A failure has the status if there was an answer, a reason for the log, and the
 * text of an error body with a status from 400 to 499.
 */
export type UpstreamResult<T> =
  | { ok: true; value: T; text: string; version: string | undefined; serverTiming: string | undefined }
  | { ok: false; kind: FailureKind; status: number | undefined; reason: string; message?: string | undefined }

/** `refused`: an answer with another status than 200. `unreachable` and `timeout`: no complete answer. `malformed`: not the schema. */
export type FailureKind = 'refused' | 'unreachable' | 'timeout' | 'malformed'

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

  function nextServer(): Server {
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
      const kind = error instanceof TooLate ? 'timeout' : 'unreachable'
      call.end(undefined, errorType(error))
      return { ok: false, kind, status: undefined, reason: describe(error, timeoutMs) }
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

/** A list may come in several lines and have empty items (RFC 9110, 5.6.1). */
function methodsOf(allow: string | string[] | undefined): string[] | undefined {
  const items = [allow].flat().flatMap((line) => line?.split(',') ?? [])
  const methods = items.map((item) => item.trim()).filter((item) => item !== '')
  return allow === undefined ? undefined : methods
}

/** Where a call goes. */
interface Server {
  origin: string
  address: string
  port: number
}

function describeServer(origin: string): Server {
  // An invalid address is called too, so that the failure is measured.
  const { protocol = '', hostname = origin, port = '' } = URL.parse(origin) ?? {}
  const address = hostname.replace(/^\[(.*)\]$/, '$1')
  return { origin, address, port: Number(port || (protocol === 'https:' ? 443 : 80)) }
}

/** A label with few values: a code of Node or undici, `timeout`, or the error's name. */
function errorType(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  if (error instanceof TooLate) return 'timeout'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}

function single(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined
}

const Refusal = Type.Object({ error: Type.String({ minLength: 1, maxLength: 300 }) })

function messageIn(text: string): string | undefined {
  const body = parseJson(text)
  return Check(Refusal, body) ? body.error : undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function describe(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof TooLate) return `no complete answer within ${timeoutMs} ms`
  return 'code' in error && typeof error.code === 'string' ? `${error.code}: ${error.message}` : error.message
}

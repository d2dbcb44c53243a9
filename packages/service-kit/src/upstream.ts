import type { CallSpan, ForwardHeaders } from '@bookinfo/tracing'
import type { Static, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { Agent, type Dispatcher } from 'undici'
import { exchange, TooLate, type Answer } from './exchange.ts'
import { once } from './once.ts'
import { followRedirects } from './redirects.ts'

/** Bytes of an upstream's body; Bookinfo's largest is under 1 KiB. */
const MAX_RESPONSE_BYTES = 256 * 1024
const MAX_REDIRECTS = 5

/** A value where all is well; else the status, if there was an answer at all, and why, in words for the log. */
export type UpstreamResult<T> =
  | { ok: true; value: T; text: string; version: string | undefined; serverTiming: string | undefined }
  | { ok: false; kind: FailureKind; status: number | undefined; reason: string }

/** An answer that says no, no complete answer (in time), or one that is not what the contract says. */
export type FailureKind = 'refused' | 'unreachable' | 'timeout' | 'malformed'

export interface UpstreamOptions<S extends TSchema> {
  name: string
  origins: readonly string[]
  /** What a good answer's body is; anything else is a failure of the upstream. */
  schema: S
  /** Milliseconds for one attempt, from connecting to the last byte. */
  timeoutMs: number
  dispatcher: Dispatcher
}

export interface Upstream<T> {
  name: string
  /** @param attempt 1 for the first, more for a retry: for the span */
  get(path: string, headers: ForwardHeaders, attempt?: number): Promise<UpstreamResult<T>>
  /** @param body sent as JSON */
  post(path: string, body: unknown, headers: ForwardHeaders): Promise<UpstreamResult<T>>
  /** The methods that a resource allows, by its `Allow` header. */
  options(path: string, headers: ForwardHeaders): Promise<UpstreamResult<readonly string[]>>
}

/** How connections to upstreams are used; ARCHITECTURE.md says what each costs. */
export type ConnectionUse = 'per-request' | 'keep-alive'

/**
 * The one HTTP client of an app; close it with the app.
 *
 * `per-request` opens a connection for every call, as the original does: in plain Kubernetes a Service chooses a pod
 * for each connection, so only then do versions change from page to page without a mesh.
 *
 * @param onlyTls whether a redirect that leaves TLS is a failure
 */
export function createDispatcher(connections: ConnectionUse, { onlyTls = false } = {}): Dispatcher {
  return new Agent({
    // With nothing to pipeline undici asks for `connection: close`.
    pipelining: connections === 'per-request' ? 0 : 1,
    maxResponseSize: MAX_RESPONSE_BYTES
  }).compose(
    ...(onlyTls ? [refusePlainHttp] : []),
    // The original follows redirects; what proves who the reader is stays with the service that was asked.
    followRedirects({ maxRedirections: MAX_REDIRECTS, stripHeadersOnCrossOriginRedirect: ['jwt', 'end-user'] })
  )
}

/** Sees every hop, as it stands below the redirects. */
const refusePlainHttp: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => {
  if (!String(options.origin).startsWith('https:')) throw new Error('a redirect would leave TLS')
  return dispatch(options, handler)
}

/** A client for one upstream. It never throws: a failure is a value to render. */
export function createUpstream<S extends TSchema>(options: UpstreamOptions<S>): Upstream<Static<S>> {
  const { name, origins, schema, timeoutMs, dispatcher } = options
  const body = once(() => Compile(schema))
  let turn = 0

  function nextOrigin(): string {
    const origin = origins[turn % origins.length] ?? ''
    turn += 1
    return origin
  }

  function checked({ text }: Answer): Static<S> | undefined {
    const value = parseJson(text)
    return body().Check(value) ? value : undefined
  }

  /** @param read makes a value of a good answer; undefined if it has none */
  async function call<T>(
    { method, path, headers, attempt = 1, content }: Call,
    read: (answer: Answer) => T | undefined
  ): Promise<UpstreamResult<T>> {
    const origin = nextOrigin()
    const span = headers.startCall?.({ method, origin, path, attempt })
    try {
      const answer = await exchange(
        dispatcher,
        { origin, path, method, headers: headersOf(headers, span, content), body: content ?? null },
        timeoutMs
      )
      const { status, text } = answer
      if (status !== 200) {
        span?.end(status)
        return { ok: false, kind: 'refused', status, reason: `status ${status}` }
      }
      const value = read(answer)
      if (value === undefined) {
        span?.end(status, 'malformed')
        return { ok: false, kind: 'malformed', status: undefined, reason: 'not the JSON that the contract asks for' }
      }
      span?.end(status)
      const { 'x-service-version': version, 'server-timing': serverTiming } = answer.headers
      return { ok: true, value, text, version: single(version), serverTiming: single(serverTiming) }
    } catch (error) {
      const kind = error instanceof TooLate ? 'timeout' : 'unreachable'
      span?.end(undefined, kind)
      return { ok: false, kind, status: undefined, reason: describe(error, timeoutMs) }
    }
  }

  return {
    name,
    get: (path, headers, attempt) => call({ method: 'GET', path, headers, attempt }, checked),
    post: (path, value, headers) => call({ method: 'POST', path, headers, content: JSON.stringify(value) }, checked),
    options: (path, headers) =>
      call({ method: 'OPTIONS', path, headers }, (answer) => listed(single(answer.headers['allow'])))
  }
}

interface Call {
  method: 'GET' | 'POST' | 'OPTIONS'
  path: string
  headers: ForwardHeaders
  attempt?: number | undefined
  content?: string
}

function headersOf({ pairs }: ForwardHeaders, span: CallSpan | undefined, content: string | undefined): string[] {
  const headers = [...pairs]
  if (span) headers.push(...span.pairs)
  headers.push('accept', 'application/json')
  if (content !== undefined) headers.push('content-type', 'application/json')
  return headers
}

function listed(header: string | undefined): string[] | undefined {
  return header?.split(',').map((item) => item.trim())
}

function single(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined
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

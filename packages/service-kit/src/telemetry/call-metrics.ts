import type { CallListener, EndedCall } from '@bookinfo/tracing'
import type { FastifyInstance } from 'fastify'
import { createDurationHistogram, type MetricsRegistry } from './metrics-registry.ts'

/** Calls that the log line of a request names. The flood lesson makes a thousand. */
const NAMED_CALLS = 10

declare module 'fastify' {
  interface FastifyRequest {
    /** The outgoing calls of this request that have ended; undefined before the first. */
    calls: RequestCalls | undefined
  }
}

/** The outgoing calls in the log line of a request. */
export interface RequestCalls {
  upstream: LoggedCall[]
  /** The other calls, if there are too many to name. */
  upstream_more?: { calls: number; failed: number }
}

interface LoggedCall {
  name: string
  status?: number
  error?: string
  ms: number
  attempt: number
}

/** Measures every outgoing call of an app, each attempt by itself, and keeps them for the log line of their request. */
export function recordCalls(app: FastifyInstance, registry: MetricsRegistry): (request: WithCalls) => CallListener {
  const observe = createDurationHistogram(registry, {
    name: 'http_client_request_duration_seconds',
    help: 'Duration of HTTP requests to other services, each attempt by itself',
    labelNames: ['http_request_method', 'server_address', 'server_port', 'http_response_status_code', 'error_type']
  })
  app.decorateRequest('calls')

  return (request) => (call) => {
    const { method, address, port, status, error, durationMs, exemplar } = call
    const labels = {
      http_request_method: method,
      server_address: address,
      server_port: port,
      http_response_status_code: status,
      error_type: error
    }
    observe(labels, durationMs / 1000, exemplar)
    keep((request.calls ??= { upstream: [] }), call)
  }
}

interface WithCalls {
  calls: RequestCalls | undefined
}

function keep(calls: RequestCalls, { peer, status, error, durationMs, attempt }: EndedCall): void {
  if (calls.upstream.length === NAMED_CALLS) {
    const more = (calls.upstream_more ??= { calls: 0, failed: 0 })
    more.calls += 1
    if (error !== undefined) more.failed += 1
    return
  }
  calls.upstream.push({
    name: peer,
    ...(status !== undefined && { status }),
    ...(error !== undefined && error !== String(status) && { error }),
    ms: Math.round(durationMs * 10) / 10,
    attempt
  })
}

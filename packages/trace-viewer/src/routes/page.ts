import type { FastifyRequest } from '@bookinfo/service-kit'
import type { LogStore } from '../log-store.ts'
import type { TraceStore } from '../trace-store.ts'
import type { ExpectedShares } from './expected-shares.ts'

export const HTML = 'text/html; charset=utf-8'

/** The options of a route of a page: the scripts request some every second or two. */
export const page = { config: { quiet: true }, schema: { hide: true } }

export interface PageOptions {
  store: TraceStore
  logs: LogStore
  /** The address for spans, for the pages without traces. */
  otlpAddress: () => string
  expectedShares: () => ExpectedShares
  /** Milliseconds since 1970. */
  now: () => number
}

/** The fields of a form. */
export function fieldsOf({ url }: FastifyRequest): URLSearchParams {
  const start = url.indexOf('?')
  return new URLSearchParams(start === -1 ? '' : url.slice(start))
}

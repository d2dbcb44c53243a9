import type { IncomingHttpHeaders } from 'node:http'

/** A rule of a route: which requests it takes, and what happens to them. It means what it means in Istio. */
export interface Rule {
  /** Any of them is enough; without any, the rule takes every request. */
  matches: readonly Match[]
  targets: readonly Target[]
  delay?: { ms: number; percent: number }
  abort?: { status: number; percent: number }
  /** Milliseconds for the whole answer, all attempts together; a delay on purpose comes before it. */
  timeoutMs?: number
  retries?: Retries
  mirrors?: readonly Mirror[]
}

export type Labels = Readonly<Record<string, string>>

export interface Target {
  /** The target is all endpoints that have these labels. */
  labels: Labels
  weight: number
}

export interface Mirror {
  labels: Labels
  percent: number
}

export interface Retries {
  /** Attempts after the first. */
  attempts: number
  perTryTimeoutMs?: number
  /** Envoy's conditions, and statuses. */
  on: readonly string[]
}

/** Every given part must match. */
export interface Match {
  path?: TextMatch
  method?: TextMatch
  headers?: Readonly<Record<string, TextMatch>>
  query?: Readonly<Record<string, TextMatch>>
}

/** `segments` is a prefix that ends where a segment of a path ends; `regex` matches the whole text. */
export interface TextMatch {
  kind: 'exact' | 'prefix' | 'segments' | 'regex'
  value: string
}

export interface MatchedRequest {
  method: string
  /** Path and query. */
  url: string
  headers: IncomingHttpHeaders
}

/** The first rule that takes the request. */
export function findRule(rules: readonly Rule[], request: MatchedRequest): Rule | undefined {
  return rules.find(({ matches }) => matches.length === 0 || matches.some((match) => isMatched(match, request)))
}

function isMatched({ path, method, headers = {}, query = {} }: Match, request: MatchedRequest): boolean {
  const [pathname = '', search = ''] = request.url.split('?', 2)
  const fields = new URLSearchParams(search)
  return (
    isLike(path, pathname) &&
    isLike(method, request.method) &&
    Object.entries(headers).every(([name, text]) => isLike(text, headerText(request.headers, name.toLowerCase()))) &&
    Object.entries(query).every(([name, text]) => isLike(text, fields.get(name) ?? undefined))
  )
}

/** The value of a header. Names of readers travel as UTF-8, and Node reads headers byte by byte. */
export function headerText(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  return value === undefined ? undefined : Buffer.from(String(value), 'latin1').toString()
}

function isLike(match: TextMatch | undefined, text: string | undefined): boolean {
  if (match === undefined) return true
  if (text === undefined) return false
  const { kind, value } = match
  switch (kind) {
    case 'exact':
      return text === value
    case 'prefix':
      return text.startsWith(value)
    case 'segments':
      return text === value || text.startsWith(`${value}/`)
    case 'regex':
      return new RegExp(`^(?:${value})$`).test(text)
    default:
      return kind satisfies never
  }
}

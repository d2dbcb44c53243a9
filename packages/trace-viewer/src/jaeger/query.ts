import { createError, parseJson } from '@bookinfo/service-kit'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { parseDuration } from './duration.ts'

/** In Jaeger's words where it has some: https://github.com/jaegertracing/jaeger, `query_parser.go` */
export const BadQuery = createError('BOOKINFO_BAD_QUERY', '%s', 400)

const DEFAULT_LIMIT = 100
const DEFAULT_LOOKBACK_US = 48 * 3_600e6
const DEFAULT_DEPENDENCY_LOOKBACK_MS = 24 * 3_600e3

export interface TraceQuery {
  /** Asked for by id; all else but the limit does not matter then. */
  traceIds: readonly string[]
  service: string
  operation: string
  tags: readonly [key: string, value: string][]
  startUs: number
  endUs: number
  minDurationUs: number
  maxDurationUs: number
  limit: number
}

/**
 * Reads the parameters of `/api/traces`.
 *
 * @param nowMs milliseconds since 1970
 * @throws BadQuery
 */
export function parseTraceQuery(parameters: URLSearchParams, nowMs: number): TraceQuery {
  const endUs = parseInteger(parameters, 'end') ?? nowMs * 1000
  const query = {
    traceIds: parameters.getAll('traceID').map(parseTraceId),
    service: parameters.get('service') ?? '',
    operation: parameters.get('operation') ?? '',
    tags: parseTags(parameters),
    startUs: parseInteger(parameters, 'start') ?? endUs - lookback(parameters),
    endUs,
    minDurationUs: parseDurationParameter(parameters, 'minDuration') ?? 0,
    maxDurationUs: parseDurationParameter(parameters, 'maxDuration') ?? Infinity,
    limit: parseInteger(parameters, 'limit') ?? DEFAULT_LIMIT
  }
  if (query.traceIds.length === 0 && query.service === '') throw new BadQuery("parameter 'service' is required")
  if (query.maxDurationUs < query.minDurationUs)
    throw new BadQuery("'maxDuration' should be greater than 'minDuration'")
  return query
}

/** Reads the parameters of `/api/dependencies`: a time and a length, both in milliseconds. */
export function parseDependencyQuery(parameters: URLSearchParams, nowMs: number): { startUs: number; endUs: number } {
  const endMs = parseInteger(parameters, 'endTs') ?? nowMs
  const lookbackMs = parseInteger(parameters, 'lookback') ?? DEFAULT_DEPENDENCY_LOOKBACK_MS
  return { startUs: (endMs - lookbackMs) * 1000, endUs: endMs * 1000 }
}

/** @returns the id in 32 digits; shorter ones are allowed */
export function parseTraceId(text: string): string {
  if (!/^[0-9a-f]{1,32}$/i.test(text)) throw new BadQuery(`"${text.slice(0, 40)}" is not a trace id`)
  return text.toLowerCase().padStart(32, '0')
}

/** The length of time that Jaeger's pages put into their addresses; "custom" goes with a start. */
function lookback(parameters: URLSearchParams): number {
  if (parameters.get('lookback') === 'custom') return DEFAULT_LOOKBACK_US
  return parseDurationParameter(parameters, 'lookback') ?? DEFAULT_LOOKBACK_US
}

function parseInteger(parameters: URLSearchParams, name: string): number | undefined {
  const text = parameters.get(name) || undefined
  if (text === undefined) return undefined
  if (!/^[0-9]{1,16}$/.test(text))
    throw new BadQuery(`unable to parse param '${name}': "${text}" is not a whole number`)
  return Number(text)
}

function parseDurationParameter(parameters: URLSearchParams, name: string): number | undefined {
  const text = parameters.get(name) || undefined
  if (text === undefined) return undefined
  const us = parseDuration(text)
  if (us === undefined) throw new BadQuery(`unable to parse param '${name}': "${text}" is not a duration like 1.5s`)
  return us
}

const JsonTags = Compile(Type.Record(Type.String(), Type.String()))

/** `tag=key:value`, repeated, and `tags={"key":"value"}`. */
function parseTags(parameters: URLSearchParams): [key: string, value: string][] {
  const simple = parameters.getAll('tag').map((tag): [string, string] => {
    const [key, ...rest] = tag.split(':')
    if (key === undefined || rest.length === 0)
      throw new BadQuery(`malformed 'tag' parameter, expecting key:value, received: ${tag}`)
    return [key, rest.join(':')]
  })
  return [...simple, ...parameters.getAll('tags').flatMap(parseJsonTags)]
}

function parseJsonTags(text: string): [key: string, value: string][] {
  const value = parseJson(text)
  if (!JsonTags.Check(value)) {
    throw new BadQuery("malformed 'tags' parameter, expecting a JSON object of texts")
  }
  return Object.entries(value)
}

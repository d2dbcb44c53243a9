import type { FastifyPluginAsyncTypebox, FastifyReply, FastifyRequest } from '@bookinfo/service-kit'
import { Type } from 'typebox'
import { callsIn, type Call } from '../service-calls.ts'
import type { Span } from '../span.ts'
import type { TraceStore } from '../trace-store.ts'
import { formatTrace } from './format.ts'
import { BadQuery, parseDependencyQuery, parseTraceId, parseTraceQuery } from './query.ts'
import { search } from './search.ts'

export interface JaegerRoutesOptions {
  store: TraceStore
  /** Milliseconds since 1970. */
  now: () => number
}

/** One form for all answers, good and bad. */
interface Answer {
  data: unknown
  total: number
  limit: number
  offset: number
  errors: { code?: number; msg: string; traceID?: string }[] | null
}

/** Jaeger's query API, as far as its pages and the tools around it use it to read traces. */
export const jaegerRoutes: FastifyPluginAsyncTypebox<JaegerRoutesOptions> = async (app, { store, now }) => {
  app.setErrorHandler(refuse)
  const about = (summary: string) => ({ tags: ['bookinfo'], summary: `As Jaeger’s: ${summary}` })

  app.get('/api/services', { schema: about('names of services') }, async () => list(store.services()))

  app.get(
    '/api/services/:service/operations',
    { schema: { ...about('names of spans'), params: Type.Object({ service: Type.String() }) } },
    async ({ params }) => list([...new Set(operationsOf(store, params.service).map(({ name }) => name))])
  )

  app.get('/api/operations', { schema: about('names and kinds of spans') }, async (request) => {
    const parameters = parametersOf(request)
    const service = parameters.get('service') || undefined
    if (service === undefined) throw new BadQuery("parameter 'service' is required")
    const kind = parameters.get('spanKind') || undefined
    const operations = operationsOf(store, service).filter(({ spanKind }) => kind === undefined || spanKind === kind)
    return list(operations)
  })

  app.get('/api/traces', { schema: about('traces with a span like this') }, async (request): Promise<Answer> => {
    const query = parseTraceQuery(parametersOf(request), now())
    if (query.traceIds.length === 0) return wrap(search(store.all(), query).map(formatTrace))
    const found = query.traceIds.flatMap((id) => store.get(id) ?? [])
    const missing = query.traceIds.filter((id) => store.get(id) === undefined)
    const errors = missing.map((traceID) => ({ msg: 'trace not found', traceID }))
    return { ...wrap(found.map(formatTrace)), errors: errors.length === 0 ? null : errors }
  })

  app.get(
    '/api/traces/:traceId',
    { schema: { ...about('one trace'), params: Type.Object({ traceId: Type.String() }) } },
    async ({ params }, reply) => {
      const trace = store.get(parseTraceId(params.traceId))
      return trace === undefined ? answerError(reply, 404, 'trace not found') : wrap([formatTrace(trace)])
    }
  )

  app.get('/api/dependencies', { schema: about('who calls whom, how often') }, async (request) => {
    const parameters = parametersOf(request)
    const { startUs, endUs } = parseDependencyQuery(parameters, now())
    const service = parameters.get('service') || undefined
    const calls = callsIn(store.all()).filter(
      (call) =>
        call.from !== undefined &&
        call.bothSeen &&
        call.startUs >= startUs &&
        call.startUs <= endUs &&
        (service === undefined || call.from?.service === service || call.to.service === service)
    )
    const links = Map.groupBy(calls, ({ from, to }) => JSON.stringify([from?.service, to.service]))
    return wrap([...links.values()].flatMap(([first, ...rest]) => (first ? [link(first, rest.length + 1)] : [])))
  })
}

function link({ from, to }: Call, callCount: number) {
  return { parent: from?.service, child: to.service, callCount }
}

function operationsOf(store: TraceStore, service: string): { name: string; spanKind: string }[] {
  const spans = store.all().flatMap((trace) => [...trace.spans.values()])
  const own = spans.filter(({ resource }) => resource.service === service)
  const operations = own.map(({ name, kind }: Span) => ({ name, spanKind: kind === 'unspecified' ? '' : kind }))
  const distinct = Map.groupBy(operations, ({ name, spanKind }) => JSON.stringify([name, spanKind]))
  return [...distinct.values()].flatMap(([first]) => first ?? []).toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

function parametersOf({ url }: FastifyRequest): URLSearchParams {
  const start = url.indexOf('?')
  return new URLSearchParams(start === -1 ? '' : url.slice(start))
}

function list(data: readonly unknown[]): Answer {
  return { ...wrap(data), total: data.length }
}

function wrap(data: unknown): Answer {
  return { data, total: 0, limit: 0, offset: 0, errors: null }
}

function refuse(error: { statusCode?: number; message: string }, request: FastifyRequest, reply: FastifyReply): void {
  const { statusCode = 500 } = error
  if (statusCode >= 500) request.log.error({ err: error }, 'request failed')
  void answerError(reply, statusCode, statusCode >= 500 ? 'internal server error' : error.message)
}

function answerError(reply: FastifyReply, code: number, msg: string): FastifyReply {
  return reply.code(code).send({ ...wrap(null), errors: [{ code, msg }] })
}

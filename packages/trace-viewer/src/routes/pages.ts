import type { FastifyPluginAsyncTypebox, FastifyRequest } from '@bookinfo/service-kit'
import { Type } from 'typebox'
import { lastAnswers } from '../answers.ts'
import { liveScript, waitScript } from '../assets.ts'
import { awaitedIn, serviceNames } from '../service-calls.ts'
import type { LogStore } from '../log-store.ts'
import { parseMinutes, periodOf } from '../period.ts'
import { serviceMap } from '../service-map.ts'
import { compare, parseFilter, passes } from '../trace-filter.ts'
import type { TraceStore } from '../trace-store.ts'
import { summarize } from '../trace-summary.ts'
import { treeOf } from '../trace-tree.ts'
import { renderPage } from '../views/layout.ts'
import { mapView } from '../views/map.ts'
import { noTraceView } from '../views/notices.ts'
import { createPalette } from '../views/service-name.ts'
import { traceListView } from '../views/trace-list.ts'
import { traceView } from '../views/trace.ts'

/** The time in which a trace becomes complete: services send their spans in batches, each at its own time. */
const NEW_MS = 10_000

const HTML = 'text/html; charset=utf-8'

export interface PageRoutesOptions {
  store: TraceStore
  logs: LogStore
  /** The address for spans, for the page without traces. */
  otlpAddress: string
  /** Milliseconds since 1970. */
  now: () => number
}

export const pageRoutes: FastifyPluginAsyncTypebox<PageRoutesOptions> = async (app, options) => {
  const { store, logs, otlpAddress, now } = options
  // The script requests them every two seconds.
  const page = { config: { quiet: true }, schema: { hide: true } }

  app.get('/', page, async (request, reply) => {
    const filter = parseFilter(fieldsOf(request))
    const nowUs = now() * 1000
    const services = store.services()
    const found = store.all().flatMap((trace) => {
      const summary = summarize(trace)
      return passes(trace, summary, filter, nowUs) ? [summary] : []
    })
    const shown = found.toSorted(compare(filter)).slice(0, filter.limit)
    const main = traceListView({
      filter,
      choices: { services, versions: store.versions(), operations: store.operations() },
      shown,
      found: found.length,
      kept: store.count(),
      nowUs,
      otlpAddress,
      palette: createPalette(services)
    })
    return reply.type(HTML).send(renderPage({ title: 'Traces', path: '/', script: liveScript, main }))
  })

  // Jaeger's address of the list.
  app.get('/search', page, async (request, reply) => reply.redirect(`/${request.url.slice('/search'.length)}`))

  app.get(
    '/trace/:traceId',
    { ...page, schema: { ...page.schema, params: Type.Object({ traceId: Type.String() }) } },
    async ({ params }, reply) => {
      const trace = store.get(params.traceId.toLowerCase().padStart(32, '0'))
      void reply.type(HTML)
      if (trace === undefined) {
        const script = /^[0-9a-f]{1,32}$/i.test(params.traceId) ? waitScript : undefined
        return reply.code(404).send(renderPage({ title: 'No such trace', path: '', script, main: noTraceView() }))
      }
      const summary = summarize(trace)
      const isNew = now() - summary.startUs / 1000 < NEW_MS
      const awaited = isNew ? awaitedIn(trace) : []
      const isWaiting = awaited.length > 0 || (isNew && summary.orphanCount > 0)
      const main = traceView({
        trace,
        summary,
        tree: treeOf(trace),
        awaitedCount: awaited.length,
        isWaiting,
        logs: logs.ofTrace(trace.id),
        palette: createPalette(store.services()),
        names: serviceNames(store.all())
      })
      return reply.send(
        renderPage({
          title: `${summary.rootService}: ${summary.rootName}`,
          path: '',
          script: isWaiting ? waitScript : undefined,
          main
        })
      )
    }
  )

  app.get('/map', page, async (request, reply) => {
    const minutes = parseMinutes(fieldsOf(request), 1)
    const traces = store.all()
    const edges = serviceMap(traces, periodOf(minutes, now() * 1000))
    const palette = createPalette(store.services())
    const main = mapView({
      edges,
      answers: lastAnswers(traces, {}),
      minutes,
      isEmpty: traces.length === 0,
      otlpAddress,
      palette
    })
    return reply.type(HTML).send(renderPage({ title: 'Service map', path: '/map', script: liveScript, main }))
  })
}

function fieldsOf({ url }: FastifyRequest): URLSearchParams {
  const start = url.indexOf('?')
  return new URLSearchParams(start === -1 ? '' : url.slice(start))
}

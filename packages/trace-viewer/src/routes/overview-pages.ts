import type { FastifyPluginAsyncTypebox } from '@bookinfo/service-kit'
import { lastAnswers } from '../answers.ts'
import { liveScript } from '../assets.ts'
import { parseLogFilter, passesLog } from '../log-filter.ts'
import { parseMinutes, periodOf } from '../period.ts'
import { serviceFigures } from '../red.ts'
import { serviceMap } from '../service-map.ts'
import { compare, createTest, parseFilter } from '../trace-filter.ts'
import { summarize } from '../trace-summary.ts'
import { renderPage } from '../views/layout.ts'
import { logsView } from '../views/logs.ts'
import { answersPicture } from '../views/answers-picture.ts'
import { mapView } from '../views/map.ts'
import { createPalette } from '../views/service-name.ts'
import { servicesView } from '../views/services.ts'
import { traceListView } from '../views/trace-list.ts'
import { fieldsOf, HTML, page, type PageOptions } from './page.ts'

/** Lines on a page: a longer one is of no use. */
const MOST_LINES = 300

export const overviewPages: FastifyPluginAsyncTypebox<PageOptions> = async (app, options) => {
  const { store, logs, otlpAddress, expectedShares, now } = options
  app.get('/', page, async (request, reply) => {
    const filter = parseFilter(fieldsOf(request))
    const nowUs = now() * 1000
    const services = store.services()
    const passes = createTest(filter, nowUs)
    const found = store.all().flatMap((trace) => {
      const summary = summarize(trace)
      return passes(trace, summary) ? [summary] : []
    })
    const shown = found.toSorted(compare(filter)).slice(0, filter.limit)
    const main = traceListView({
      filter,
      choices: { services, versions: store.versions(), operations: store.operations() },
      shown,
      found: found.length,
      kept: store.count(),
      nowUs,
      otlpAddress: otlpAddress(),
      palette: createPalette(services)
    })
    return reply.type(HTML).send(renderPage({ title: 'Traces', path: '/', script: liveScript, main }))
  })

  // Jaeger's address of the list.
  app.get('/search', page, async (request, reply) => reply.redirect(`/${request.url.slice('/search'.length)}`))

  app.get('/map', page, async (request, reply) => {
    const minutes = parseMinutes(fieldsOf(request), 1)
    const traces = store.all()
    const edges = serviceMap(traces, periodOf(minutes, now() * 1000))
    const palette = createPalette(store.services())
    const main = mapView({
      edges,
      answers: lastAnswers(traces, expectedShares()),
      minutes,
      isEmpty: traces.length === 0,
      otlpAddress: otlpAddress(),
      palette
    })
    return reply.type(HTML).send(renderPage({ title: 'Service map', path: '/map', script: liveScript, main }))
  })

  // For the page of the suite, at whichever name of this machine: a page that shows the picture cannot read it.
  app.get('/answers.svg', page, async (request, reply) => {
    const service = fieldsOf(request).get('service') ?? ''
    const answers = lastAnswers(store.all(), expectedShares()).find((each) => each.service === service)
    return reply
      .type('image/svg+xml')
      .headers({
        'cache-control': 'no-store',
        'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
        'cross-origin-resource-policy': 'cross-origin'
      })
      .send(answersPicture(service, answers).html)
  })

  app.get('/services', page, async (request, reply) => {
    const minutes = parseMinutes(fieldsOf(request), 5)
    const traces = store.all()
    const main = servicesView({
      services: serviceFigures(traces, periodOf(minutes, now() * 1000)),
      minutes,
      isEmpty: traces.length === 0,
      otlpAddress: otlpAddress(),
      palette: createPalette(store.services())
    })
    return reply.type(HTML).send(renderPage({ title: 'Services', path: '/services', script: liveScript, main }))
  })

  app.get('/logs', page, async (request, reply) => {
    const filter = parseLogFilter(fieldsOf(request))
    const lines = logs.all()
    const found = lines.filter((line) => passesLog(line, filter))
    const services = store.services()
    const main = logsView({
      filter,
      services,
      versions: store.versions(),
      shown: found.slice(-MOST_LINES).toReversed(),
      found: found.length,
      kept: lines.length,
      palette: createPalette(services)
    })
    return reply.type(HTML).send(renderPage({ title: 'Logs', path: '/logs', script: liveScript, main }))
  })
}

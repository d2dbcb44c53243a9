import { createError, type FastifyPluginAsyncTypebox } from '@bookinfo/service-kit'
import { Type } from 'typebox'
import { waitScript } from '../assets.ts'
import { awaitedIn, serviceNames } from '../service-calls.ts'
import { wasLeft } from '../span.ts'
import { compareTraces } from '../trace-difference.ts'
import { summarize } from '../trace-summary.ts'
import { rootOf, treeOf } from '../trace-tree.ts'
import { compareView } from '../views/compare.ts'
import { renderPage } from '../views/layout.ts'
import { noTraceView } from '../views/notices.ts'
import { createPalette } from '../views/service-name.ts'
import { traceView } from '../views/trace.ts'
import { fieldsOf, HTML, page, type PageOptions } from './page.ts'

/** The time after its last span in which a trace becomes complete: services send their spans in batches, each at its own time. */
const NEW_MS = 10_000
/** Traces that are offered for a comparison. */
const MOST_OTHERS = 20

const NoSuchTrace = createError(
  'BOOKINFO_NO_SUCH_TRACE',
  'there is no trace "%s": it may have gone, choose another',
  404
)

/** The pages of one trace, and of two. */
export const tracePages: FastifyPluginAsyncTypebox<PageOptions> = async (app, { store, logs, now }) => {
  app.get(
    '/trace/:traceId',
    { ...page, schema: { ...page.schema, params: Type.Object({ traceId: Type.String() }) } },
    async ({ params }, reply) => {
      const trace = store.get(params.traceId)
      void reply.type(HTML)
      if (trace === undefined) {
        const script = /^[0-9a-f]{1,32}$/i.test(params.traceId) ? waitScript : undefined
        return reply.code(404).send(renderPage({ title: 'No such trace', path: '', script, main: noTraceView() }))
      }
      const summary = summarize(trace)
      const others = store
        .all()
        .toReversed()
        .values()
        .filter((other) => other !== trace && rootOf(other)?.name === summary.rootName)
        .take(MOST_OTHERS)
      const isNew = now() - (summary.startUs + summary.durationUs) / 1000 < NEW_MS
      const awaited = isNew ? awaitedIn(trace) : []
      const isWaiting = isNew && (awaited.length > 0 || summary.orphanCount > 0 || trace.spans.values().some(wasLeft))
      const main = traceView({
        trace,
        summary,
        others: others.map(summarize).toArray(),
        nowUs: now() * 1000,
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

  app.get('/compare', page, async (request, reply) => {
    const [a, b] = ['a', 'b'].map((name) => {
      const id = fieldsOf(request).get(name) ?? ''
      const trace = store.get(id)
      if (trace === undefined) throw new NoSuchTrace(id.slice(0, 40))
      return trace
    })
    if (a === undefined || b === undefined) throw new NoSuchTrace('')
    const main = compareView({
      a: summarize(a),
      b: summarize(b),
      differences: compareTraces(a, b, serviceNames(store.all())),
      nowUs: now() * 1000,
      palette: createPalette(store.services())
    })
    return reply.type(HTML).send(renderPage({ title: 'Two traces', path: '', main }))
  })
}

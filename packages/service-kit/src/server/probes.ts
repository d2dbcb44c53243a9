import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { isLatest } from './connections.ts'
import { ErrorBody } from './errors.ts'

const Ok = Type.Object({ status: Type.Literal('ok') })

/** Whether the process should get requests. It depends on the service's own database, and never on another service. */
export interface Lifecycle {
  /** Set when the process has been asked to stop. */
  stopping: boolean
}

/**
 * Serves `/livez` (restart me if this fails) and `/readyz` (send me no requests if this fails) for probes.
 *
 * @param whyNotReady the service's own reason, or undefined if it is ready
 */
export function serveProbes(app: FastifyInstance, lifecycle: Lifecycle, whyNotReady: () => string | undefined): void {
  app.register(async (scope) => {
    const probe = (summary: string) => ({
      config: { quiet: true },
      schema: { tags: ['operation'], summary, response: { 200: Ok, 503: ErrorBody } }
    })
    scope.get('/livez', probe('Liveness: the process answers'), async () => ({ status: 'ok' }) as const)
    scope.get('/readyz', probe('Readiness: requests are welcome'), async (_request, reply) => {
      const reason = lifecycle.stopping ? 'stopping' : whyNotReady()
      return reason === undefined ? { status: 'ok' } : reply.code(503).send({ error: reason })
    })
  })

  // A kept connection would bring the next request to a process that is stopping. Node closes a connection after the answer that
  // says so, and would drop the rest of a pipeline. Fastify sets the header while it closes.
  app.addHook('onSend', ({ raw }, reply, _payload, done) => {
    if (!lifecycle.stopping) return done()
    if (isLatest(raw)) void reply.header('connection', 'close')
    else reply.raw.removeHeader('connection')
    done()
  })
}

import type { FastifyInstance, FastifyRequest } from 'fastify'
import createRouter from 'find-my-way'
import { MethodNotAllowed, NotFound } from './errors.ts'

/**
 * Answers requests that no route takes: OPTIONS with the methods of the path, other methods with 405 and `Allow`, unknown
 * paths with 404 (RFC 9110, 15.5.5 and 15.5.6). The original's ratings service never answered such requests.
 *
 * Must be called before any route is added.
 */
export function answerOtherMethods(app: FastifyInstance): void {
  const paths = createRouter({ ...app.initialConfig.routerOptions })
  const methodsByUrl = new Map<string, Set<string>>()
  const methodsByMatch = new Map<unknown, Set<string>>()

  app.addHook('onRoute', ({ url, method }) => {
    const methods = methodsByUrl.get(url) ?? new Set(['OPTIONS'])
    if (!methodsByUrl.has(url)) {
      const match = () => undefined
      paths.on('GET', url, match)
      methodsByMatch.set(match, methods)
      methodsByUrl.set(url, methods)
    }
    for (const name of [method].flat()) methods.add(name)
  })

  app.setNotFoundHandler((request, reply) => {
    const allowed = methodsAllowed(request)
    if (allowed === undefined) throw new NotFound(request.url.split('?', 1)[0]?.slice(0, 200))
    void reply.header('allow', allowed)
    if (request.method === 'OPTIONS') return reply.code(200).send()
    throw new MethodNotAllowed(request.method, allowed)
  })

  function methodsAllowed(request: FastifyRequest): string | undefined {
    // RFC 9110, 9.3.7: the asterisk asks about the server as a whole.
    if (request.url === '*') return 'GET, HEAD, OPTIONS, POST'
    const methods = methodsByMatch.get(paths.find('GET', request.url)?.handler)
    return methods && [...methods].toSorted().join(', ')
  }
}

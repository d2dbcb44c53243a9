import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import type { TObject } from 'typebox'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** For OpenAPI alone: parameters that the handler reads by itself. */
    documentedParams?: TObject
  }
}

/** Serves `/openapi.json` (OpenAPI 3.1), made from the schemas that the routes validate with. */
export function serveOpenApi(
  app: FastifyInstance,
  info: { title: string; description: string; version: string }
): void {
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { ...info, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
      tags: [
        { name: 'bookinfo', description: 'What the service is for' },
        { name: 'operation', description: 'For probes, scrapers and tools' }
      ]
    },
    // Some routes take an id from the end of a wildcard, as the original did; readers see an id.
    transform: ({ schema, url, route }) => ({
      url: url.replace('*', ':id'),
      schema: route.config?.documentedParams ? { ...schema, params: route.config.documentedParams } : schema
    })
  })
  app.register(async (scope) => {
    let text: Buffer | undefined
    scope.get('/openapi.json', { config: { quiet: true }, schema: { hide: true } }, async (_request, reply) =>
      reply.type('application/json').send((text ??= Buffer.from(JSON.stringify(scope.swagger()))))
    )
  })
}

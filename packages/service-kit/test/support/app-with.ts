import { createServer, type App, type FastifyPluginAsyncTypebox } from '../../src/index.ts'
import type { ServerOptions } from '../../src/server/server.ts'
import type { CollectedLog } from './log.ts'

/** Makes the function that builds an app with these routes, for `startApp`. */
export function appWith(routes: FastifyPluginAsyncTypebox, options: Partial<ServerOptions> = {}) {
  return (stream: CollectedLog['stream']): App => {
    const about = { name: 't', title: 't', description: '', version: 'v1' }
    const { app } = createServer({ ...about, log: { level: 'info', stream }, ...options })
    app.register(routes)
    return app
  }
}

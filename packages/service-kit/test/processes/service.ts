import { Type } from 'typebox'
import {
  commonSettings,
  createServer,
  createUpstream,
  hostnameSetting,
  openDispatcher,
  run,
  upstreamOrigins
} from '../../src/index.ts'

/** A service to be stopped: what it reads or asks for takes as long as the test wants, and it can fail outside of any request. */
await run({
  name: 'fixture',
  schema: Type.Object({
    ...commonSettings,
    PORT: Type.Integer({ ...commonSettings.PORT, default: 0 }),
    THINGS_HOSTNAME: hostnameSetting('things'),
    PASSWORD: Type.String({ default: '', maxLength: 4, secret: true })
  }),
  build(config, { tracing }) {
    const { app } = createServer({
      name: 'fixture',
      title: 'Fixture',
      description: '',
      version: config.SERVICE_VERSION,
      tracing,
      log: { level: config.LOG_LEVEL }
    })
    const things = createUpstream({
      name: 'things',
      origins: upstreamOrigins({ hostnames: config.THINGS_HOSTNAME, port: 80, domain: '' }),
      schema: Type.Unknown(),
      timeoutMs: 600_000,
      dispatcher: openDispatcher(app, 'per-request')
    })
    app.register(async (routes) => {
      routes.get('/here', async () => ({ here: true }))
      routes.get('/ask', async ({ trace }) => things.get('/', trace.headers))
      routes.post('/read', async () => ({ read: true }))
      routes.get('/chatter', async ({ log }) => {
        for (let line = 0; line < 1000; line += 1) log.info('x'.repeat(1000))
        return {}
      })
      routes.get('/fail', async () => {
        setImmediate(() => {
          throw new Error('nobody catches this')
        })
        return {}
      })
    })
    return app
  }
})

import { Type } from 'typebox'
import { commonSettings, createServer, run } from '../../src/index.ts'

/** A service to be stopped: what it reads takes as long as the test wants, and it can fail outside of any request. */
await run({
  name: 'fixture',
  schema: Type.Object({
    ...commonSettings,
    PORT: Type.Integer({ ...commonSettings.PORT, default: 0 }),
    PASSWORD: Type.String({ default: '', maxLength: 4, secret: true })
  }),
  build(config) {
    const { app } = createServer({
      name: 'fixture',
      title: 'Fixture',
      description: '',
      version: config.SERVICE_VERSION,
      log: { level: config.LOG_LEVEL }
    })
    app.register(async (routes) => {
      routes.get('/here', async () => ({ here: true }))
      routes.post('/read', async () => ({ read: true }))
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

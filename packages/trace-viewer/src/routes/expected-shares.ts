import { parseJson, readBodies, type FastifyPluginAsyncTypebox } from '@bookinfo/service-kit'
import { Type, type Static } from 'typebox'

const MOST_NAMES = 50

/** Weights by service and version, in any unit: `{"reviews":{"v1":90,"v3":10}}`. */
export const ExpectedShares = Type.Record(
  Type.String({ minLength: 1, maxLength: 100 }),
  Type.Record(Type.String({ minLength: 1, maxLength: 100 }), Type.Number({ minimum: 0, maximum: 1e9 }), {
    maxProperties: MOST_NAMES
  }),
  { maxProperties: MOST_NAMES }
)
export type ExpectedShares = Static<typeof ExpectedShares>

/** Hears from whoever splits the traffic what the shares should be; each message replaces the one before. */
export const expectedSharesRoutes: FastifyPluginAsyncTypebox<{
  keep: (shares: ExpectedShares) => void
}> = async (app, { keep }) => {
  readBodies(app, parseJson)
  app.post(
    '/api/expected-shares',
    {
      bodyLimit: 64 * 1024,
      schema: {
        tags: ['bookinfo'],
        summary: 'Shares that the versions of services should have, to show beside the measured ones',
        body: ExpectedShares,
        response: { 200: ExpectedShares }
      }
    },
    async ({ body }) => {
      keep(body)
      return body
    }
  )
}

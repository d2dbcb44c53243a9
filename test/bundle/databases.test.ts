import { describe, expect, test } from 'vitest'
import { ask, json, refusingPort } from '../support/index.ts'
import { lonelyBundle, runNode, startBundle, wholeBuild } from './bundle.ts'

const v2 = { SERVICE_VERSION: 'v2' }
/** Settings for a server at a port. */
const servers = {
  mysql: (port: number) => ({ MYSQL_DB_PORT: String(port) }),
  postgres: (port: number) => ({ POSTGRES_DB_PORT: String(port) }),
  mongodb: (port: number) => ({ MONGO_DB_URL: `mongodb://127.0.0.1:${port}/test` })
}

describe('the built ratings v2', () => {
  test('uses SQLite with main.js alone', async () => {
    const env = { ...v2, DB_TYPE: 'sqlite', SQLITE_DB_FILE: 'ratings.db' }
    await using ratings = await startBundle('ratings', env)
    const body = '{"jason":3}'
    const answer = json(200, { id: 7, ratings: { Reviewer1: 5, Reviewer2: 4, jason: 3 } })
    expect(await ask(ratings.origin, '/ratings/7', { method: 'POST', body })).toEqual(answer)
    expect(await ask(ratings.origin, '/ratings/7')).toEqual(answer)
    const { code, stderr } = await ratings.stop()
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  test.each(Object.entries(servers))(
    'loads the library for %s from a file beside it, and starts without a server',
    async (type, settings) => {
      const env = { ...v2, DB_TYPE: type, ...settings(await refusingPort()) }
      await using ratings = await startBundle('ratings', env, wholeBuild)
      expect(await ask(ratings.origin, '/ratings/7')).toEqual(
        json(500, { error: 'could not connect to ratings database' })
      )
      expect(await ask(ratings.origin, '/readyz')).toMatchObject({ status: 503 })
      const { code, stderr } = await ratings.stop()
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    }
  )

  test.each(Object.entries(servers))(
    'prints one line if the file with the library for %s is missing',
    async (type, settings) => {
      await using folder = await lonelyBundle('ratings')
      const { code, stderr } = await runNode(folder.path, ['main.js', '0'], { ...v2, DB_TYPE: type, ...settings(1) })
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: `ratings: DB_TYPE is ${type}, but ${type}.js does not lie beside main.js: put it there (--help lists all settings)\n`
      })
    }
  )
})

import { describe, expect, test } from 'vitest'
import { ask, json, refusingPort } from '../support/index.ts'
import { lonelyBundle, runNode, startBundle, wholeBuild } from './bundle.ts'

const v2 = { SERVICE_VERSION: 'v2' }
const servers = ['mysql', 'postgres'] as const

describe('ratings v2 as it is shipped', () => {
  test('needs nothing but Node for SQLite', async () => {
    const env = { ...v2, DB_TYPE: 'sqlite', SQLITE_DB_FILE: 'ratings.db' }
    await using ratings = await startBundle('ratings', env)
    const body = '{"jason":3}'
    const answer = json(200, { id: 7, ratings: { Reviewer1: 5, Reviewer2: 4, jason: 3 } })
    expect(await ask(ratings.origin, '/ratings/7', { method: 'POST', body })).toEqual(answer)
    expect(await ask(ratings.origin, '/ratings/7')).toEqual(answer)
    const { code, stderr } = await ratings.stop()
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  test.each(servers)('has the library for %s beside it, and starts although no server is there', async (type) => {
    const env = { ...v2, DB_TYPE: type, [`${type.toUpperCase()}_DB_PORT`]: String(await refusingPort()) }
    await using ratings = await startBundle('ratings', env, wholeBuild)
    expect(await ask(ratings.origin, '/ratings/7')).toEqual(
      json(500, { error: 'could not connect to ratings database' })
    )
    expect(await ask(ratings.origin, '/readyz')).toEqual(
      json(503, { error: 'the ratings database cannot be used: ECONNREFUSED' })
    )
    const { code, stderr } = await ratings.stop()
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  test.each(servers)('says in one line that the library for %s is not beside it', async (type) => {
    await using folder = await lonelyBundle('ratings')
    const { code, stderr } = await runNode(folder.path, ['main.js', '0'], { ...v2, DB_TYPE: type })
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `ratings: DB_TYPE is ${type}, but ${type}.js does not lie beside main.js: put it there (--help lists all settings)\n`
    })
  })
})

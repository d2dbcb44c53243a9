import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { createError } from '../src/index.ts'
import { appWith } from './support/app-with.ts'
import { ask, json, startApp } from './support/index.ts'

const Teapot = createError('BOOKINFO_TEAPOT', 'this is a teapot', 418)
const Down = createError('BOOKINFO_DOWN', 'the database is down', 500)

const build = appWith(async (routes) => {
  routes.get('/teapot', async () => {
    throw new Teapot()
  })
  routes.get('/down', async () => {
    throw new Down()
  })
  routes.get('/bug', async () => {
    throw new TypeError('secret: cannot read properties of undefined')
  })
  routes.get('/wrong-shape', { schema: { response: { 200: Type.Object({ id: Type.Integer() }) } } }, async () => {
    return JSON.parse('{"id":"text"}')
  })
  routes.get('/query', { schema: { querystring: Type.Object({ n: Type.String({ maxLength: 3 }) }) } }, async () => ({}))
})

test('an error of the caller is explained to the caller', async () => {
  await using server = await startApp(build)
  expect(await ask(server.origin, '/teapot')).toEqual(json(418, { error: 'this is a teapot' }))
})

test('a coded error with status 500 keeps its message', async () => {
  await using server = await startApp(build)
  expect(await ask(server.origin, '/down')).toEqual(json(500, { error: 'the database is down' }))
})

test('a bug is described in the log, and not to the caller', async () => {
  await using server = await startApp(build, { errorsExpected: true })
  expect(await ask(server.origin, '/bug')).toEqual(json(500, { error: 'internal server error' }))
  expect(server.log.errors()).toMatchObject([{ msg: 'request failed', err: { type: 'TypeError' } }])
})

test('an answer that does not match its schema is a bug', async () => {
  await using server = await startApp(build, { errorsExpected: true })
  expect(await ask(server.origin, '/wrong-shape')).toEqual(json(500, { error: 'internal server error' }))
})

test('an invalid query is explained to the caller', async () => {
  await using server = await startApp(build)
  expect(await ask(server.origin, '/query?n=long')).toEqual(
    json(400, { error: 'querystring/n must NOT have more than 3 characters' })
  )
})

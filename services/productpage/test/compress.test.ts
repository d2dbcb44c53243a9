import { createServer } from '@bookinfo/service-kit'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { compressAnswers } from '../src/compress.ts'

const page = '<p>much of the same</p>'.repeat(100)

function buildApp() {
  const { app } = createServer({ name: 't', title: 'T', description: '', version: 'v1', log: { level: 'silent' } })
  compressAnswers(app)
  app.get('/page', async (_request, reply) => reply.type('text/html; charset=utf-8').send(page))
  app.get('/small', async (_request, reply) => reply.type('text/plain').send('small'))
  app.get('/picture', async (_request, reply) => reply.type('image/png').send(Buffer.alloc(5000)))
  app.get('/varied', async (_request, reply) => reply.header('vary', 'cookie').type('text/plain').send(page))
  return app
}

const unpack: Record<string, (bytes: Buffer) => Buffer> = { br: brotliDecompressSync, gzip: gunzipSync }

test.each([
  ['gzip, deflate, br, zstd', 'br'],
  ['gzip;q=1.0, identity; q=0.5, *;q=0', 'gzip'],
  ['br;q=0, gzip', 'gzip'],
  ['GZIP', 'gzip'],
  ['*', 'br'],
  ['deflate', undefined],
  ['br;q=0', undefined],
  ['br;q=much', undefined],
  [undefined, undefined]
])('a page for one who takes %j is sent as %j', async (accepted, coding) => {
  await using app = buildApp()
  const headers = accepted === undefined ? {} : { 'accept-encoding': accepted }
  const answer = await app.inject({ url: '/page', headers })
  expect(answer.headers['content-encoding']).toBe(coding)
  expect(answer.headers['vary']).toBe('accept-encoding')
  expect(answer.headers['content-length']).toBe(String(answer.rawPayload.length))
  const content = coding === undefined ? answer.rawPayload : unpack[coding]?.(answer.rawPayload)
  expect(content?.toString()).toBe(page)
})

test.each(['/small', '/picture'])('%s is not worth it', async (url) => {
  await using app = buildApp()
  const answer = await app.inject({ url, headers: { 'accept-encoding': 'br' } })
  expect(answer.headers['content-encoding']).toBeUndefined()
})

test('what else an answer depends on stays said', async () => {
  await using app = buildApp()
  const answer = await app.inject({ url: '/varied', headers: { 'accept-encoding': 'br' } })
  expect(answer.headers['vary']).toBe('cookie, accept-encoding')
})

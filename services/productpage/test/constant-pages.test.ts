import { expect, test } from 'vitest'
import { createServer } from '@bookinfo/service-kit'
import { askFully, startApp } from '@bookinfo/service-kit/testing'
import { compressOnce, rememberPages } from '../src/site/constant-pages.ts'

test('a page is rendered once for each key', () => {
  const remembered = rememberPages()
  let renders = 0
  const page = (key: string) => remembered(key, () => `${key} ${(renders += 1)}`)
  expect(page('a')).toBe(page('a'))
  expect(page('b').toString()).toBe('b 2')
})

test('the number of pages in memory has a limit', () => {
  const remembered = rememberPages()
  const first = remembered('0', () => 'x')
  for (let key = 1; key <= 100; key += 1) remembered(String(key), () => 'x')
  expect(remembered('0', () => 'x')).not.toBe(first)
})

test('the same content is compressed once', async () => {
  const content = Buffer.from('<p>text</p>'.repeat(1000))
  await using running = await startApp((stream) => {
    const log = { level: 'info', stream }
    const { app } = createServer({ name: 'site', title: 'site', description: '', version: 'v1', log })
    compressOnce(app)
    app.get('/', async (_request, reply) => reply.type('text/html').send(content))
    return app
  })
  const headers = { 'accept-encoding': 'gzip' }
  const first = await askFully(running.origin, '/', { headers })
  expect(first.headers['content-encoding']).toBe('gzip')
  expect(Number(first.headers['content-length'])).toBeLessThan(200)
  // The content changes in place: an answer that is compressed anew would change too.
  content.fill('y')
  const again = await askFully(running.origin, '/', { headers })
  expect(again.body).toBe(first.body)
})

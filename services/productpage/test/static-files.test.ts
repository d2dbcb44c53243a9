import { afterAll, describe, expect, test } from 'vitest'
import { ask, askFully, notAllowed, notFound } from '@bookinfo/service-kit/testing'
import { startProductpage } from './support/index.ts'

const productpage = await startProductpage()
afterAll(() => productpage[Symbol.asyncDispose]())
const { origin } = productpage

const files: [path: string, type: string][] = [
  // The two addresses of the original.
  ['/static/img/izzy.png', 'image/png'],
  ['/static/tailwind/tailwind.css', 'text/css; charset=utf-8'],
  ['/static/bookinfo.css', 'text/css; charset=utf-8'],
  ['/static/img/logo.svg', 'image/svg+xml'],
  ['/static/img/cover.svg', 'image/svg+xml']
]

describe.each(files)('%s', (path, type) => {
  test('is served under its type', async () => {
    const { status, headers } = await askFully(origin, path)
    expect({ status, type: headers['content-type'], cache: headers['cache-control'] }).toEqual({
      status: 200,
      type,
      cache: 'no-cache'
    })
    expect(headers['x-content-type-options']).toBe('nosniff')
  })

  test('answers HEAD without the content', async () => {
    expect(await ask(origin, path, { method: 'HEAD' })).toEqual({ status: 200, type, body: '' })
  })

  test('is not sent again to a client that has it', async () => {
    const etag = String((await askFully(origin, path)).headers['etag'])
    for (const known of [etag, etag.slice(2), `"other", ${etag}`, `W/"a,b",${etag},"c"`, '*']) {
      const { status, body, headers } = await askFully(origin, path, { headers: { 'if-none-match': known } })
      expect({ status, body, etag: headers['etag'] }).toEqual({ status: 304, body: '', etag })
    }
    expect((await ask(origin, path, { headers: { 'if-none-match': '"other"' } })).status).toBe(200)
  })

  test('cannot be changed', async () => {
    for (const method of ['POST', 'PUT', 'DELETE']) {
      expect(await ask(origin, path, { method })).toEqual(notAllowed(method, 'GET, HEAD, OPTIONS'))
    }
  })
})

test('files with their version in the address may be cached for ever', async () => {
  const { body } = await ask(origin, '/')
  const addresses = [...String(body).matchAll(/(?:src|href)="\.(\/static\/[^"]*)"/g)].map(
    ([, address]) => address ?? ''
  )
  expect(addresses.length).toBeGreaterThan(0)
  for (const address of new Set(addresses)) {
    const { status, headers } = await askFully(origin, address)
    expect({ status, cache: headers['cache-control'] }).toEqual({
      status: 200,
      cache: 'public, max-age=31536000, immutable'
    })
  }
})

test.each([
  ['br, gzip', 'br'],
  ['GZIP', 'gzip'],
  ['br;q=0, gzip;q=0.5', 'gzip'],
  ['br;q=0', undefined],
  ['identity', undefined]
])('the stylesheet is compressed for Accept-Encoding: %s', async (accepted, coding) => {
  const { headers } = await askFully(origin, '/static/bookinfo.css', { headers: { 'accept-encoding': accepted } })
  expect(headers['content-encoding']).toBe(coding)
})

test.each([
  '/static',
  '/static/',
  '/static/img/',
  '/static/nope.css',
  '/static/../package.json',
  '/static/%2e%2e/package.json',
  '/static/..%2fpackage.json',
  '/static/..%5cpackage.json',
  '/static/img/../../src/main.ts',
  '/static//etc/passwd',
  '/static/img/izzy.png/',
  '/static/img/izzy.png%00.css'
])('/static has no other files: %s', async (path) => {
  expect(await ask(origin, path)).toEqual(notFound(path))
})

import { forwardHeaders } from '@bookinfo/tracing'
import { createServer as createProxy } from 'node:http'
import { once } from 'node:events'
import { networkInterfaces } from 'node:os'
import { Type } from 'typebox'
import { describe, expect, test } from 'vitest'
import { createServer, createUpstream, loadConfig, openOutsideDispatcher, proxySettings } from '../src/index.ts'
import { startService } from './processes/service-process.ts'
import type { OutsideOptions } from '../src/upstream/outside-dispatcher.ts'
import { respond, silence, startTinyServer } from './support/index.ts'

const ProxyConfig = Type.Object(proxySettings)

/** Asks a host outside of the suite, with these variables in the environment. */
async function askOutside(origin: string, env: Record<string, string>, more: Partial<OutsideOptions> = {}) {
  const warnings: string[] = []
  const proxies = loadConfig(ProxyConfig, env, [], (warning) => warnings.push(warning))
  const about = { name: 'fixture', title: 'Fixture', description: '', version: 'v1' }
  const { app } = createServer({ ...about, log: { level: 'silent' } })
  const dispatcher = openOutsideDispatcher(app, { proxies, onlyTls: false, ...more })
  const options = { name: 'books', origins: [origin], schema: Type.Unknown(), timeoutMs: 30_000, dispatcher }
  const result = await createUpstream(options).get('/volumes?q=1', forwardHeaders(['x-request-id', 'r1']))
  await app.close()
  return { result, warnings }
}

describe('a call to a host outside of the suite', () => {
  test.each(['HTTP_PROXY', 'http_proxy'])('by plain HTTP is sent to %s, in absolute form', async (name) => {
    await using proxy = await startTinyServer(respond(200, { title: 'a book' }))
    const url = `http://reader:s3cret@127.0.0.1:${proxy.port}`
    const { result } = await askOutside('http://books.example', { [name]: url, HTTPS_PROXY: 'http://127.0.0.1:1' })
    expect(result).toMatchObject({ ok: true, value: { title: 'a book' } })
    expect(proxy.seen).toMatchObject([{ method: 'GET', url: 'http://books.example/volumes?q=1' }])
    expect(Object.fromEntries(proxy.seen[0]?.headers ?? [])).toMatchObject({
      host: 'books.example',
      'x-request-id': 'r1',
      'proxy-authorization': `Basic ${Buffer.from('reader:s3cret').toString('base64')}`
    })
  })

  test.each([
    ['HTTPS_PROXY', (port: number) => `http://127.0.0.1:${port}`],
    ['HTTP_PROXY, for want of HTTPS_PROXY', (port: number) => `127.0.0.1:${port}`]
  ])('by TLS goes through a tunnel of %s', async (name, url) => {
    const asked: (string | undefined)[] = []
    await using proxy = createProxy()
    proxy.on('connect', ({ url: target }, socket) => {
      asked.push(target)
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    })
    await once(proxy.listen(0, '127.0.0.1'), 'listening')
    const address = proxy.address()
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0
    const { result } = await askOutside('https://books.example', { [name.split(',')[0] ?? '']: url(port) })
    expect(result).toMatchObject({ ok: false, kind: 'unreachable' })
    expect(asked).toEqual(['books.example:443'])
  })

  test.each(['127.0.0.1', 'other.example, 127.0.0.1', '*'])('goes directly with NO_PROXY=%s', async (noProxy) => {
    await using server = await startTinyServer(respond(200, { title: 'a book' }))
    const { result } = await askOutside(server.origin, { HTTP_PROXY: 'http://127.0.0.1:1', no_proxy: noProxy })
    expect(result).toMatchObject({ ok: true })
  })

  test('ignores an unusable proxy, with a warning that does not show it', async () => {
    await using server = await startTinyServer(respond(200, { title: 'a book' }))
    const { result, warnings } = await askOutside(server.origin, { HTTP_PROXY: 'socks5://u:s3cret@h' })
    expect(result).toMatchObject({ ok: true })
    expect(warnings).toEqual([
      'HTTP_PROXY must be an http:// or https:// address, got a value that is not shown; it is ignored'
    ])
  })
})

test('a client for TLS only opens no plain connection', async () => {
  await using server = await startTinyServer(respond(200))
  const { result } = await askOutside(server.origin, {}, { onlyTls: true })
  expect(result).toMatchObject({ ok: false, kind: 'unreachable', reason: 'a redirect would leave TLS' })
  expect(server.seen).toEqual([])
})

test('a call inside the suite never goes to a proxy', async () => {
  await using proxy = await startTinyServer(respond(200))
  await using things = await startTinyServer(respond(200, { thing: 1 }))
  const url = `http://127.0.0.1:${proxy.port}`
  const env = { HTTP_PROXY: url, http_proxy: url, HTTPS_PROXY: url, https_proxy: url, ALL_PROXY: url }
  await using service = await startService({ ...env, THINGS_HOSTNAME: `127.0.0.1:${things.port}` })
  await fetch(`${service.origin}/ask`)
  expect([things.seen.length, proxy.seen.length]).toEqual([1, 0])
})

test('a host is reached by its second address if its first one does not answer for 800 ms', async () => {
  const hasIpv6 = Object.values(networkInterfaces()).some((list) => list?.some(({ family }) => family === 'IPv6'))
  const silent = hasIpv6 ? { address: '::1', family: 6 } : { address: '127.0.0.2', family: 4 }
  await using server = await startTinyServer(respond(200, { title: 'a book' }))
  await using resources = new AsyncDisposableStack()
  resources.use(await silence({ host: silent.address, port: server.port }))
  const start = performance.now()
  let connectedAfterMs = 0
  server.answerWith((request, response) => {
    connectedAfterMs = performance.now() - start
    respond(200, { title: 'a book' })(request, response)
  })
  const { result } = await askOutside(
    `http://books.example:${server.port}`,
    {},
    {
      lookup: (_host, _options, done) => done(null, [silent, { address: '127.0.0.1', family: 4 }])
    }
  )
  expect(result).toMatchObject({ ok: true, value: { title: 'a book' } })
  // With Node's 250 ms a slow first address would not be reached.
  expect(connectedAfterMs).toBeGreaterThan(750)
})

import { respond } from '@bookinfo/service-kit/testing'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createSecureServer } from 'node:http2'
import { createServer as createTlsServer } from 'node:https'
import { createServer, type RequestListener, type Server as HttpServer } from 'node:http'
import type { Server, TLSSocket } from 'node:tls'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ask, createAuthority, externalBook, json, startTinyServer, volumes } from '../support/index.ts'
import { emptyFolder, startBundle, type RunningBundle } from './bundle.ts'

const authority = createAuthority()
const failed = json(502, { error: 'the book service is currently unavailable' })
const found = json(200, { id: 0, ...externalBook })

/** Starts the built details v2 with a book service on this port, by TLS. */
async function startDetailsV2(port: number, env: Record<string, string>): Promise<RunningBundle> {
  return startBundle('details', {
    ENABLE_EXTERNAL_BOOK_SERVICE: 'true',
    BOOK_SERVICE_URL: `https://localhost:${port}/volumes`,
    ...env
  })
}

async function startBooks(handler: RequestListener, host = 'localhost') {
  return listen(createTlsServer(authority.issue(host), handler))
}

/** A book service that offers HTTP/2 and HTTP/1.1. */
async function startBooksByHttp2(seen: Set<TLSSocket>) {
  const server = createSecureServer({ ...authority.issue('localhost'), allowHTTP1: true }, (_request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(volumes()))
  })
  server.on('secureConnection', (socket) => seen.add(socket))
  return listen(server)
}

async function listen(server: Server | HttpServer) {
  const open = new Set<Socket>()
  server.on('connection', (socket: Socket) => open.add(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of open) socket.destroy()
      await closed
    }
  }
}

async function trusting() {
  const folder = await emptyFolder()
  const file = join(folder.path, 'authority.pem')
  await writeFile(file, authority.certificate)
  return { env: { NODE_EXTRA_CA_CERTS: file }, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}

describe('details v2 by TLS', () => {
  test('trusts an authority in NODE_EXTRA_CA_CERTS', async () => {
    await using books = await startBooks(respond(200, volumes()))
    await using trust = await trusting()
    await using details = await startDetailsV2(books.port, trust.env)
    expect(await ask(details.origin, '/details/0')).toEqual(found)
  })

  test('does not trust an unknown authority', async () => {
    await using books = await startBooks(respond(200, volumes()))
    await using details = await startDetailsV2(books.port, {})
    expect(await ask(details.origin, '/details/0')).toEqual(failed)
  })

  test('does not trust a certificate for another name', async () => {
    await using books = await startBooks(respond(200, volumes()), 'elsewhere.example')
    await using trust = await trusting()
    await using details = await startDetailsV2(books.port, trust.env)
    expect(await ask(details.origin, '/details/0')).toEqual(failed)
  })

  test('does not follow a redirect to plain HTTP', async () => {
    await using plain = await startTinyServer(respond(200, volumes()))
    await using books = await startBooks(respond(302, '', { location: `${plain.origin}/volumes` }))
    await using trust = await trusting()
    await using details = await startDetailsV2(books.port, trust.env)
    expect(await ask(details.origin, '/details/0')).toEqual(failed)
    expect(plain.seen).toEqual([])
  })

  test('follows a redirect to the same host', async () => {
    await using books = await startBooks((request, response) =>
      (request.url === '/moved' ? respond(200, volumes()) : respond(302, '', { location: '/moved' }))(request, response)
    )
    await using trust = await trusting()
    await using details = await startDetailsV2(books.port, trust.env)
    expect(await ask(details.origin, '/details/0')).toEqual(found)
  })

  test('goes through the tunnel of a proxy', async () => {
    await using books = await startBooks(respond(200, volumes()))
    await using trust = await trusting()
    const asked: (string | undefined)[] = []
    const proxy = createServer().on('connect', ({ url }, socket: Socket) => {
      asked.push(url)
      const target = connect(books.port, '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'))
      target.pipe(socket).pipe(target)
    })
    await using listening = await listen(proxy)
    const env = { ...trust.env, https_proxy: `http://127.0.0.1:${listening.port}` }
    await using details = await startDetailsV2(books.port, env)
    expect(await ask(details.origin, '/details/0')).toEqual(found)
    expect(asked).toEqual([`localhost:${books.port}`])
  })

  // If one connection served all lookups and stalled, all later lookups would fail.
  test('opens an HTTP/1.1 connection for every lookup, although the server offers HTTP/2', async () => {
    const seen = new Set<TLSSocket>()
    await using books = await startBooksByHttp2(seen)
    await using trust = await trusting()
    const env = { ...trust.env, BOOK_FRESH_SECONDS: '0', BOOK_STALE_SECONDS: '0' }
    await using details = await startDetailsV2(books.port, env)
    for (let lookup = 0; lookup < 3; lookup += 1) expect(await ask(details.origin, '/details/0')).toEqual(found)
    expect([...seen].map(({ alpnProtocol }) => alpnProtocol)).toEqual(['http/1.1', 'http/1.1', 'http/1.1'])
  })
})

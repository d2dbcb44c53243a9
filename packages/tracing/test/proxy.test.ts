import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { proxiesFor } from '../src/proxy.ts'
import { runRequest, startWith } from './support/sdk-settings.ts'

afterEach(() => vi.unstubAllEnvs())

/** A proxy that answers plain requests itself, and leads each tunnel back to itself. */
async function startProxy() {
  const seen: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`)
    request.resume().on('end', () => response.end())
  })
  server.on('connection', (socket) => sockets.add(socket))
  server.on('connect', (request, socket) => {
    seen.push(`CONNECT ${request.url}`)
    const upstream = connect(port, '127.0.0.1')
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
    upstream
      .on('error', () => socket.destroy())
      .pipe(socket.on('error', () => upstream.destroy()))
      .pipe(upstream)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    port,
    seen,
    async [Symbol.asyncDispose]() {
      server.close()
      for (const socket of sockets) socket.destroy()
      await once(server, 'close')
    }
  }
}

const outside = 'http://collector.example:4318'

describe('spans go to a collector outside of the cluster through the proxy of the environment', () => {
  test.each([
    ['http/protobuf', 'HTTP_PROXY', outside, `POST ${outside}/v1/traces`],
    ['http/json', 'http_proxy', outside, `POST ${outside}/v1/traces`],
    ['http/json', 'HTTPS_PROXY', 'https://collector.example:4318', 'CONNECT collector.example:4318'],
    ['grpc', 'HTTPS_PROXY', 'http://collector.example:4317', 'CONNECT collector.example:4317']
  ] as const)('by %s and %s to %s', async (protocol, name, endpoint, expected) => {
    await using proxy = await startProxy()
    vi.stubEnv(name, `127.0.0.1:${proxy.port}`)
    await using started = await startWith({
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_BSP_SCHEDULE_DELAY: 10
    })
    runRequest(started.tracing)
    await expect.poll(() => proxy.seen[0], { timeout: 20_000 }).toBe(expected)
  })

  test.each(['http/json', 'grpc'] as const)('but by %s not to one inside', async (protocol) => {
    await using proxy = await startProxy()
    await using collector = await startProxy()
    vi.stubEnv('HTTP_PROXY', `http://127.0.0.1:${proxy.port}`)
    await using started = await startWith({
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_BSP_SCHEDULE_DELAY: 10
    })
    runRequest(started.tracing)
    await expect.poll(() => started.tracing.sending().waiting, { timeout: 20_000 }).toBe(0)
    expect(proxy.seen).toEqual([])
  })
})

const proxies = { HTTP_PROXY: 'http://proxy.example:3128', NO_PROXY: '' }

test.each([
  ['http://collector:4318', false],
  ['http://collector.observability.svc:4318', false],
  ['http://collector.observability.svc.cluster.local:4318', false],
  ['http://localhost:4318', false],
  ['http://127.0.0.1:4318', false],
  ['http://[::1]:4318', false],
  ['', false],
  ['http://10.0.0.1:4318', true],
  ['https://collector.example', true]
])('%s is outside: %s', (address, isOutside) => {
  expect(proxiesFor(address, proxies, () => undefined) !== undefined).toBe(isOutside)
})

test('a proxy that cannot be used is ignored, and its password is not told', () => {
  const warnings: string[] = []
  const env = { HTTPS_PROXY: 'socks5://user:secret@proxy.example:1080' }
  expect(proxiesFor(outside, env, (warning) => warnings.push(warning))).toBeUndefined()
  expect(warnings).toEqual([
    'HTTPS_PROXY must be an http:// or https:// address, got a value that is not shown; it is ignored'
  ])
})

import { once } from 'node:events'
import { createServer } from 'node:http2'
import { describe, expect, test } from 'vitest'
import { ask, respond, startTinyServer } from '../support/index.ts'
import { lonelyBundle, runNode, startBundle, wholeBuild } from './bundle.ts'

const trace = { OTEL_BSP_SCHEDULE_DELAY: '10' }

describe('trace mode, in a folder with what is built and Node', () => {
  test.each([
    ['http/protobuf', 'application/x-protobuf'],
    ['http/json', 'application/json']
  ])('sends spans as %s', async (protocol, type) => {
    await using collector = await startTinyServer(respond(200, {}))
    const env = { ...trace, OTEL_EXPORTER_OTLP_ENDPOINT: collector.origin, OTEL_EXPORTER_OTLP_PROTOCOL: protocol }
    await using details = await startBundle('details', env, wholeBuild)
    await ask(details.origin, '/details/0')
    await expect.poll(() => collector.seen.length, { timeout: 10_000 }).toBeGreaterThan(0)
    const { method, url, headers } = collector.seen[0] ?? {}
    expect([method, url, new Map(headers).get('content-type')]).toEqual(['POST', '/v1/traces', type])
    const { code, stderr } = await details.stop()
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  test('sends spans by gRPC', async () => {
    await using stack = new AsyncDisposableStack()
    const collector = createServer()
    const sessions = new Set<{ destroy(): void }>()
    // The service ends with its export unanswered, and its end of the line with it.
    const resetIsFine = () => undefined
    collector.on('connection', (socket) => socket.on('error', resetIsFine))
    collector.on('stream', (stream) => stream.on('error', resetIsFine))
    collector.on('session', (session) => {
      session.on('error', resetIsFine)
      sessions.add(session)
    })
    const asked = once(collector, 'stream')
    collector.listen(0, '127.0.0.1')
    await once(collector, 'listening')
    stack.defer(() => {
      for (const session of sessions) session.destroy()
      collector.close()
    })
    const address = collector.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0

    const env = {
      ...trace,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc'
    }
    const details = stack.use(await startBundle('details', env, wholeBuild))
    await ask(details.origin, '/details/0')
    const [, headers] = await asked
    expect(headers[':path']).toBe('/opentelemetry.proto.collector.trace.v1.TraceService/Export')
  })

  test('sends spans as Thrift, by the exporter that is not bundled as a module', async () => {
    await using collector = await startTinyServer(respond(202))
    const env = {
      ...trace,
      OTEL_TRACES_EXPORTER: 'jaeger',
      OTEL_EXPORTER_JAEGER_ENDPOINT: `${collector.origin}/api/traces`
    }
    await using details = await startBundle('details', env, wholeBuild)
    await ask(details.origin, '/details/0')
    await expect.poll(() => collector.seen.length, { timeout: 10_000 }).toBeGreaterThan(0)
    const { method, url, headers } = collector.seen[0] ?? {}
    expect([method, url, new Map(headers).get('content-type')]).toEqual(['POST', '/api/traces', 'application/x-thrift'])
  })

  test('says in one line that the bundle alone cannot', async () => {
    await using folder = await lonelyBundle('details')
    const { code, stderr } = await runNode(folder.path, ['main.js', '0'], { OTEL_TRACES_EXPORTER: 'otlp' })
    expect(code).toBe(1)
    expect(stderr).toMatch(/^details: .*telemetry\.js.*\n$/)
  })
})

import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { startService } from './processes/service-process.ts'
import { ask, askFully, connectTo, hang, json, startTinyServer, type TinyServer } from './support/index.ts'

/** Long enough that only a second signal can end it. */
const FOR_EVER_MS = '600000'

/** A connection whose request has reached the service and still lacks its last byte. */
async function beginRequest(origin: string): Promise<Socket> {
  const socket = connectTo(origin)
  socket.write('POST /read HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\na')
  await once(socket, 'data')
  return socket
}

/** A connection that has had an answer and waits for the next request. */
async function keepAlive(origin: string): Promise<Socket> {
  const socket = connectTo(origin)
  socket.write('GET /here HTTP/1.1\r\nHost: t\r\n\r\n')
  await once(socket, 'data')
  return socket
}

/** A connection whose request has made the service ask for things. */
async function askForThings(origin: string, things: TinyServer): Promise<Socket> {
  const socket = connectTo(origin)
  socket.write('GET /ask HTTP/1.1\r\nHost: t\r\n\r\n')
  await expect.poll(() => things.seen.length).toBe(1)
  return socket
}

const clean = { code: 0, signal: null, stderr: '' }

describe.each(['SIGTERM', 'SIGINT'] as const)('on %s', (signal) => {
  test('a service finishes its requests, closes idle connections, and exits with 0', async () => {
    await using service = await startService()
    const idle = await keepAlive(service.origin)
    const busy = await beginRequest(service.origin)

    service.child.kill(signal)
    await once(idle, 'close')
    busy.write('b')
    const answer = await text(busy)
    expect(answer).toContain('HTTP/1.1 200 OK')
    expect(answer).toContain('connection: close')
    expect(answer).toContain('{"read":true}')
    expect(await service.ended).toEqual(clean)
  })

  test('a service is not ready but still serves requests, until the delay is over or a second signal comes', async () => {
    await using service = await startService({ SHUTDOWN_DELAY_MS: FOR_EVER_MS })
    const busy = await beginRequest(service.origin)
    service.child.kill(signal)
    await service.logged('stopping')

    expect(await ask(service.origin, '/readyz')).toEqual(json(503, { error: 'stopping' }))
    expect(await ask(service.origin, '/livez')).toEqual(json(200, { status: 'ok' }))
    expect(await askFully(service.origin, '/here')).toMatchObject({
      status: 200,
      body: { here: true },
      headers: { connection: 'close' }
    })

    service.child.kill(signal)
    expect(await service.logged('second signal')).toMatchObject({ level: 'warn', signal })
    expect(await text(busy)).toBe('')
    expect(await service.ended).toEqual(clean)
  })
})

test('while stopping, every request of a pipeline is answered, and the last answer closes the connection', async () => {
  const held: ServerResponse[] = []
  await using things = await startTinyServer((_request, response) => void held.push(response))
  await using service = await startService({ THINGS_HOSTNAME: `127.0.0.1:${things.port}` })
  const caller = connectTo(service.origin)
  caller.write('GET /ask HTTP/1.1\r\nHost: t\r\n\r\n'.repeat(3))
  await expect.poll(() => held.length).toBe(3)
  service.child.kill('SIGTERM')
  await service.logged('stopping')
  for (const response of held) response.end('{}')
  const answers = (await text(caller)).split('HTTP/1.1 200 OK').slice(1)
  expect(answers.map((answer) => /\r\nconnection: close\r\n/i.test(answer))).toEqual([false, false, true])
  expect(await service.ended).toEqual(clean)
})

test('an unused connection does not delay the end', async () => {
  await using service = await startService({ SHUTDOWN_BUDGET_MS: FOR_EVER_MS })
  const unused = connectTo(service.origin)
  await once(unused, 'connect')
  // An answer on a connection that came later: so the service knows of the first one, too.
  await ask(service.origin, '/here')
  service.child.kill('SIGTERM')
  await once(unused, 'close')
  expect(await service.ended).toEqual(clean)
})

test('a request that outlasts the budget is cut', async () => {
  await using service = await startService({ SHUTDOWN_BUDGET_MS: '100' })
  const busy = await beginRequest(service.origin)
  service.child.kill('SIGTERM')
  expect(await service.logged('cut')).toMatchObject({ level: 'warn', budget_ms: 100 })
  expect(await text(busy)).toBe('')
  expect(await service.ended).toEqual(clean)
})

describe('a service that waits for an upstream without an answer', () => {
  test('exits with 0 when the budget is over, and sends the spans of the requests that it cut', async () => {
    let spans = ''
    await using collector = await startTinyServer((request, response) => {
      request.on('data', (chunk) => (spans += String(chunk)))
      request.on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'))
    })
    await using things = await startTinyServer(hang)
    await using service = await startService({
      SHUTDOWN_BUDGET_MS: '100',
      THINGS_HOSTNAME: `127.0.0.1:${things.port}`,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.origin,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      // So that nothing is sent before the end.
      OTEL_BSP_SCHEDULE_DELAY: FOR_EVER_MS
    })
    const caller = await askForThings(service.origin, things)
    service.child.kill('SIGTERM')
    expect(await service.logged('request was cut')).toMatchObject({
      error: 'cut',
      upstream: [{ name: 'things', error: 'UND_ERR_DESTROYED' }]
    })
    expect(await service.logged('stopped')).not.toHaveProperty('dropped_spans')
    expect(await text(caller)).toBe('')
    expect(await service.ended).toEqual(clean)
    expect(spans).toContain('"name":"GET /ask"')
    expect(spans).toContain('{"key":"error.type","value":{"stringValue":"cut"}}')
    expect(spans).toContain('{"key":"error.type","value":{"stringValue":"UND_ERR_DESTROYED"}}')
  })

  test('ends at once if its caller goes away', async () => {
    await using things = await startTinyServer(hang)
    await using service = await startService({
      SHUTDOWN_BUDGET_MS: FOR_EVER_MS,
      THINGS_HOSTNAME: `127.0.0.1:${things.port}`
    })
    const caller = await askForThings(service.origin, things)
    service.child.kill('SIGTERM')
    await service.logged('stopping')
    caller.destroy()
    expect(await service.logged('caller went away')).toMatchObject({ error: 'caller_gone' })
    await service.logged('stopped')
    expect(await service.ended).toEqual(clean)
  })
})

test('a service ends after the delay without a second signal', async () => {
  await using service = await startService({ SHUTDOWN_DELAY_MS: '100' })
  service.child.kill('SIGTERM')
  await service.logged('stopped')
  expect(await service.ended).toEqual(clean)
})

test('a service ends with its launcher', async () => {
  await using service = await startService()
  service.child.disconnect()
  await service.logged('stopped')
  expect(await service.ended).toEqual(clean)
})

test('an uncaught error ends a service with a log line and status 1', async () => {
  await using service = await startService()
  await ask(service.origin, '/fail')
  expect(await service.logged('an error that nobody caught')).toMatchObject({
    level: 'fatal',
    err: { message: 'nobody catches this' }
  })
  expect(await service.ended).toEqual({ code: 1, signal: null, stderr: '' })
})

import { createRecordedTracing } from '@bookinfo/tracing/testing'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import type { FastifyReply } from '../src/index.ts'
import { appWith } from './support/app-with.ts'
import { ask, connectTo, startApp, type CollectedLog, type LogLine, type RunningApp } from './support/index.ts'

/** An app that answers on `/held` when it is told to, and that has a trace of each request. */
async function startHeld() {
  const tracing = createRecordedTracing('t')
  const held: FastifyReply[] = []
  const build = appWith(
    async (routes) => {
      routes.get('/here', async () => ({}))
      routes.get('/held', (_request, reply) => void held.push(reply))
      routes.post('/sent', async () => ({}))
      routes.get('/held/quietly', { config: { quiet: true } }, (_request, reply) => void held.push(reply))
      routes.get('/begun', async (_request, reply) => reply.send(Readable.from(endless())))
    },
    { tracing }
  )
  return { ...(await startApp(build)), held, tracing }
}

async function* endless() {
  yield 'some'
  await new Promise(() => {})
}

function send(origin: string, ...paths: string[]): Socket {
  const socket = connectTo(origin)
  socket.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: t\r\n\r\n`).join(''))
  return socket
}

/** Route, status and error of each line about a request that has ended. */
function endsIn({ lines }: CollectedLog) {
  return lines
    .filter((line) => 'duration_ms' in line)
    .map(({ level, route, status, error, msg }: LogLine) => [level, route, status ?? error, msg])
}

async function countsOf({ origin }: RunningApp, route: string) {
  const { body } = await ask(origin, '/metrics')
  const counts = String(body).match(/^http_server_request_duration_seconds_count.*$/gm) ?? []
  return counts.filter((line) => line.includes(`http_route="${route}"`))
}

function spansOf(tracing: ReturnType<typeof createRecordedTracing>) {
  return tracing.spans().map(({ name, attributes }) => {
    return [name, attributes['http.response.status_code'] ?? attributes['error.type']]
  })
}

const gone = (route: string) => ['info', route, 'caller_gone', 'caller went away']
const goneCount = (route: string) =>
  `http_server_request_duration_seconds_count{http_request_method="GET",http_route="${route}",error_type="caller_gone"} 1`

describe('a caller that goes away', () => {
  test('before its answer leaves a log line, a metric and a span, and a late answer adds nothing', async () => {
    await using server = await startHeld()
    const caller = send(server.origin, '/held')
    await expect.poll(() => server.held.length).toBe(1)
    caller.destroy()
    await expect.poll(() => endsIn(server.log)).toEqual([gone('/held')])
    server.held[0]?.send({ late: true })
    await ask(server.origin, '/here')
    expect(endsIn(server.log)).toEqual([gone('/held'), ['info', '/here', 200, 'request completed']])
    expect(await countsOf(server, '/held')).toEqual([goneCount('/held')])
    expect(spansOf(server.tracing)).toEqual([
      ['GET /held', 'caller_gone'],
      ['GET /here', 200]
    ])
  })

  test.each<[string, (caller: Socket) => void]>([
    ['closes its side of the connection', (caller) => caller.end()],
    ['resets the connection', (caller) => caller.resetAndDestroy()]
  ])('and %s is named in the same way', async (_how, leave) => {
    await using server = await startHeld()
    const caller = send(server.origin, '/held')
    await expect.poll(() => server.held.length).toBe(1)
    leave(caller)
    await expect.poll(() => endsIn(server.log)).toEqual([gone('/held')])
    caller.destroy()
  })

  test('in the middle of its request is not refused, although it gets a 400', async () => {
    await using server = await startHeld()
    const caller = connectTo(server.origin)
    caller.end('POST /sent HTTP/1.1\r\nHost: t\r\nContent-Length: 9\r\n\r\nhalf')
    expect(await text(caller)).toContain('400 Bad Request')
    await expect.poll(() => endsIn(server.log)).toEqual([gone('/sent')])
  })

  test('in the middle of its answer has no status, although the status was sent', async () => {
    await using server = await startHeld()
    const caller = send(server.origin, '/begun')
    const [head] = await once(caller, 'data')
    expect(String(head)).toContain('200 OK')
    caller.destroy()
    await expect.poll(() => endsIn(server.log)).toEqual([gone('/begun')])
    expect(await countsOf(server, '/begun')).toEqual([goneCount('/begun')])
    expect(spansOf(server.tracing)).toEqual([['GET /begun', 'caller_gone']])
  })

  test('after other answers on its connection does not change their log lines', async () => {
    await using server = await startHeld()
    const caller = send(server.origin, '/here')
    await once(caller, 'data')
    caller.write('GET /held HTTP/1.1\r\nHost: t\r\n\r\n')
    await expect.poll(() => server.held.length).toBe(1)
    caller.destroy()
    await expect.poll(() => endsIn(server.log)).toEqual([['info', '/here', 200, 'request completed'], gone('/held')])
  })

  test('leaves a log line for each pipelined request', async () => {
    await using server = await startHeld()
    const caller = send(server.origin, '/held', '/here', '/held')
    await expect.poll(() => server.held.length).toBe(2)
    caller.destroy()
    await expect.poll(() => endsIn(server.log)).toHaveLength(3)
    expect(endsIn(server.log)).toEqual(expect.arrayContaining([gone('/held'), gone('/here'), gone('/held')]))
  })

  test('while a probe is answered leaves no line', async () => {
    await using server = await startHeld()
    const caller = send(server.origin, '/held/quietly')
    await expect.poll(() => server.held.length).toBe(1)
    caller.destroy()
    await expect.poll(() => countsOf(server, '/held/quietly')).toEqual([goneCount('/held/quietly')])
    expect(endsIn(server.log)).toEqual([])
  })
})

describe('a request that is refused while it is read is not counted as caller_gone', () => {
  const badChunk = 'POST /sent HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'
  const held = 'GET /held HTTP/1.1\r\nHost: t\r\n'
  test.each([
    ['breaks the rules', '/sent', 'POST', badChunk],
    ['is followed by nonsense', '/held', 'GET', `${held}\r\nnonsense\r\n\r\n`],
    ['is followed by another after it said goodbye', '/held', 'GET', `${held}Connection: close\r\n\r\n${held}\r\n`]
  ])('because it %s', async (_why, route, method, bytes) => {
    await using server = await startHeld()
    const caller = connectTo(server.origin)
    caller.write(bytes)
    expect(await text(caller)).toContain('400 Bad Request')
    await expect.poll(() => endsIn(server.log)).toEqual([['info', route, 'refused', 'request was refused']])
    expect(await countsOf(server, route)).toEqual([
      `http_server_request_duration_seconds_count{http_request_method="${method}",http_route="${route}",error_type="refused"} 1`
    ])
    expect(spansOf(server.tracing)).toEqual([[`${method} ${route}`, 'refused']])
  })
})

test('a request that this process cuts is not counted as caller_gone', async () => {
  await using server = await startHeld()
  const caller = send(server.origin, '/held')
  await expect.poll(() => server.held.length).toBe(1)
  server.app.server.closeAllConnections()
  await once(caller, 'close')
  await expect.poll(() => endsIn(server.log)).toEqual([['info', '/held', 'cut', 'request was cut']])
  expect(spansOf(server.tracing)).toEqual([['GET /held', 'cut']])
})

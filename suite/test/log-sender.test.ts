import { freePort, hang, respond, startTinyServer } from '@bookinfo/service-kit/testing'
import { createServer, type RequestListener } from 'node:http'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { createLogSender, type LogSenderOptions } from '../src/log-sender.ts'

const line = (n: number, more = '') => JSON.stringify({ msg: `line ${n}${more}`, trace_id: 'a'.repeat(32) })

/** Other tests run at the same time. */
const soon = { timeout: 10_000 }

const fast: LogSenderOptions = { gatherMs: 10, retryMs: 10 }

/** Keeps what it is sent, and takes it. */
function keepIn(bodies: string[]): RequestListener {
  return async (request, response) => {
    bodies.push(await text(request))
    response.end('{}')
  }
}

test('lines of traces are sent together and in order, others are not', async () => {
  const bodies: string[] = []
  await using viewer = await startTinyServer(keepIn(bodies))
  const sender = createLogSender(viewer.origin, fast)
  for (const each of [line(1), '{"msg":"no trace"}', 'no JSON', '', line(2)]) sender.take(each)
  await expect.poll(() => bodies, soon).toEqual([`${line(1)}\n${line(2)}`])
  expect(viewer.seen).toMatchObject([{ method: 'POST', url: '/api/log-lines' }])
  expect(viewer.seen[0]?.headers).toContainEqual(['content-type', 'application/x-ndjson'])

  sender.take(line(3))
  await expect.poll(() => bodies, soon).toHaveLength(2)
  expect([bodies[1], sender.lost()]).toEqual([line(3), 0])
  sender.close()
})

test('no request is larger than the viewer takes, and nothing is lost on the way', async () => {
  const bodies: string[] = []
  await using viewer = await startTinyServer(keepIn(bodies))
  const sender = createLogSender(viewer.origin, fast)
  const lines = Array.from({ length: 500 }, (_, n) => line(n, 'é'.repeat(2_000)))
  for (const each of lines) sender.take(each)
  await expect.poll(() => bodies.join('\n').split('\n'), soon).toEqual(lines)
  expect(Math.max(...bodies.map((body) => Buffer.byteLength(body)))).toBeLessThan(1024 * 1024)
  expect(sender.lost()).toBe(0)
  sender.close()
})

test('a viewer that starts later gets what was said before', async () => {
  const port = await freePort()
  const sender = createLogSender(`http://127.0.0.1:${port}`, fast)
  sender.take(line(1))
  const bodies: string[] = []
  const late = createServer(keepIn(bodies)).listen(port, '127.0.0.1')
  await once(late, 'listening')
  await expect.poll(() => bodies, soon).toEqual([line(1)])
  sender.close()
  late.close()
  late.closeAllConnections()
})

test('while the viewer hangs lines wait up to a bound and for a time; what is lost is counted', async () => {
  await using viewer = await startTinyServer(hang)
  const sender = createLogSender(viewer.origin, { ...fast, answerMs: 50, maxBytes: 3 * (line(1).length + 1) })
  for (const n of [1, 2, 3, 4, 5]) sender.take(line(n))
  expect(sender.lost()).toBe(2)
  await expect.poll(() => sender.lost(), soon).toBe(5)
  // Not sent again, as it may have been taken; and there is room.
  expect(viewer.seen).toHaveLength(1)
  sender.take(line(6))
  expect(sender.lost()).toBe(5)
  sender.close()
})

test('what the viewer refuses is not sent again, but counted', async () => {
  await using viewer = await startTinyServer(respond(413))
  const sender = createLogSender(viewer.origin, fast)
  sender.take(line(1))
  sender.take(line(2))
  await expect.poll(() => sender.lost(), soon).toBe(2)
  expect(viewer.seen).toHaveLength(1)
  sender.close()
})

test('after closing nothing is sent', async () => {
  const bodies: string[] = []
  await using viewer = await startTinyServer(keepIn(bodies))
  const closed = createLogSender(viewer.origin, fast)
  closed.take(line(1))
  closed.close()
  closed.take(line(2))
  const sender = createLogSender(viewer.origin, fast)
  sender.take(line(3))
  await expect.poll(() => bodies, soon).toEqual([line(3)])
  sender.close()
})

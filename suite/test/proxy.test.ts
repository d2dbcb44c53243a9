import type { Fault } from '@bookinfo/contracts/lab'
import { ask, hang, refusingPort, respond, startTinyServer, type TinyServer } from '@bookinfo/service-kit/testing'
import { once } from 'node:events'
import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Chance, Endpoint } from '../src/mesh/choice.ts'
import type { MetFault } from '../src/mesh/fault-span.ts'
import { openMesh, type Mesh } from '../src/mesh/mesh.ts'
import type { Rule } from '../src/mesh/rule.ts'
import { createTraffic, edgeName } from '../src/mesh/traffic.ts'

const say = (word: string) => respond(200, word, { 'content-type': 'text/plain' })

const traffic = createTraffic()
const met: MetFault[] = []
let chance: Chance = Math.random
let onSleep = () => {}
/** Other tests run at the same time. */
const soon = { timeout: 10_000 }
let one: TinyServer
let two: TinyServer
let running: Endpoint[]
let mesh: Mesh
let origin: string

beforeAll(async () => {
  one = await startTinyServer(say('one'))
  two = await startTinyServer(say('two'))
  mesh = await openMesh({
    traffic,
    endpointsOf: () => running,
    reportFault: (fault) => void met.push(fault),
    chance: () => chance(),
    sleep(ms, value, options) {
      onSleep()
      return sleep(ms, value, options)
    }
  })
  origin = `http://127.0.0.1:${mesh.ports.get('productpage to reviews')}`
})
afterAll(async () => {
  await Promise.all([mesh.close(), one[Symbol.asyncDispose](), two[Symbol.asyncDispose]()])
})
beforeEach(() => {
  for (const map of Object.values(traffic)) map.clear()
  for (const list of [met, one.seen, two.seen]) list.length = 0
  chance = Math.random
  onSleep = () => {}
  one.answerWith(say('one'))
  two.answerWith(say('two'))
  running = [
    { port: one.port, labels: { version: 'v1' } },
    { port: two.port, labels: { version: 'v2' } }
  ]
})

const toV1 = { labels: { version: 'v1' }, weight: 1 }
const toV2 = { labels: { version: 'v2' }, weight: 1 }
const setRules = (...rules: Partial<Rule>[]) =>
  traffic.rules.set(
    'reviews',
    rules.map((rule) => ({ matches: [], targets: [toV1], ...rule }))
  )
const setFault = (fault: Omit<Fault, 'from' | 'to'>) => {
  const edge = { from: 'productpage', to: 'reviews' } as const
  traffic.faults.set(edgeName(edge), { ...edge, ...fault })
}
const bodyOf = async (path = '/', headers: Record<string, string> = {}) => (await ask(origin, path, { headers })).body

test('nothing set: the versions take turns, and headers and body pass as they are', async () => {
  expect([await bodyOf(), await bodyOf(), await bodyOf()]).toEqual(['one', 'two', 'one'])
  const seen = two.seen.length
  two.answerWith(async (incoming, response) => {
    response.writeHead(201, [
      'X-Case',
      'Kept',
      'set-cookie',
      'a=1',
      'set-cookie',
      'b=2',
      'connection',
      'x-hop',
      'x-hop',
      '1'
    ])
    response.end(await text(incoming))
  })
  const headers = {
    'X-Request-Id': 'abc',
    'end-user': 'jason',
    connection: 'close, x-mine',
    'x-mine': 'hop',
    te: 'trailers'
  }
  const call = request(`${origin}/ratings/0?keep=others`, { method: 'POST', headers }).end('{"a":1}')
  const [answer] = await once(call, 'response')
  expect([answer.statusCode, await text(answer)]).toEqual([201, '{"a":1}'])
  expect(answer.headers).toMatchObject({ 'x-case': 'Kept', 'set-cookie': ['a=1', 'b=2'] })
  expect(answer.headers).not.toHaveProperty('x-hop')
  const last = two.seen[seen]
  expect(last).toMatchObject({ method: 'POST', url: '/ratings/0?keep=others' })
  expect(last?.headers).toContainEqual(['end-user', 'jason'])
  expect(last?.headers.map(([name]) => name)).not.toContain('x-mine')
})

test('a version that does not run gets nothing; without any there is no healthy upstream', async () => {
  running = running.slice(1)
  expect([await bodyOf(), await bodyOf()]).toEqual(['two', 'two'])
  running = []
  expect(await ask(origin, '/')).toMatchObject({ status: 503, body: 'no healthy upstream' })
})

test('a weight is a share: 90 to 10, within four standard deviations over 1,000 requests', async () => {
  setRules({
    targets: [
      { ...toV1, weight: 90 },
      { ...toV2, weight: 10 }
    ]
  })
  for (let sent = 0; sent < 1_000; sent += 50)
    await Promise.all(Array.from({ length: 50 }, async () => (await fetch(origin)).text()))
  expect(one.seen.length + two.seen.length).toBe(1_000)
  expect(Math.abs(two.seen.length - 100)).toBeLessThan(4 * Math.sqrt(1_000 * 0.1 * 0.9))
})

test('the first rule that matches counts: reader, path, method and query', async () => {
  setRules(
    {
      matches: [
        { headers: { 'End-User': { kind: 'exact', value: 'jäson' } } },
        { path: { kind: 'segments', value: '/a' }, query: { v: { kind: 'regex', value: '[0-9]+' } } },
        { method: { kind: 'prefix', value: 'OPT' } }
      ],
      targets: [toV2]
    },
    { matches: [{ path: { kind: 'prefix', value: '/' } }] }
  )
  const reader = (name: string) => bodyOf('/', { 'end-user': Buffer.from(name).toString('latin1') })
  expect([await reader('jäson'), await reader('jason'), await bodyOf()]).toEqual(['two', 'one', 'one'])
  expect([await bodyOf('/a/b?v=12'), await bodyOf('/ab?v=12'), await bodyOf('/a?v=12x')]).toEqual(['two', 'one', 'one'])
  expect((await ask(origin, '/', { method: 'OPTIONS' })).body).toBe('two')
  setRules({ matches: [{ path: { kind: 'exact', value: '/a' } }] })
  expect(await ask(origin, '/b')).toMatchObject({ status: 404, body: '' })
})

test('a fault is for its reader and its share alone, and is reported', async () => {
  setFault({ abort: 503, percent: 50, user: 'jason' })
  chance = () => 0.49
  expect(await ask(origin, '/')).toMatchObject({ status: 200 })
  const headers = { 'end-user': 'jason' }
  expect(await ask(origin, '/', { headers })).toMatchObject({ status: 503, body: 'fault filter abort' })
  chance = () => 0.5
  expect(await ask(origin, '/', { headers })).toMatchObject({ status: 200 })
  expect(met).toMatchObject([
    { abort: 503, delayMs: 0, isGivenUp: false, edge: { from: 'productpage', to: 'reviews' } }
  ])
})

test('delayed calls take turns, and so do the versions that aborts stand in for', async () => {
  setFault({ delayMs: 1 })
  const [first, second, third, fourth] = [await bodyOf(), await bodyOf(), await bodyOf(), await bodyOf()]
  expect(new Set([first, second])).toEqual(new Set(['one', 'two']))
  expect([third, fourth]).toEqual([first, second])
  met.length = 0
  setFault({ abort: 503 })
  await bodyOf()
  await bodyOf()
  expect(new Set(met.map(({ labels }) => labels['version']))).toEqual(new Set(['v1', 'v2']))
  expect(met).toHaveLength(2)
})

test('a delay comes before the call; of a caller that gives up, the service never hears', async () => {
  setFault({ delayMs: 80 })
  const start = performance.now()
  expect(await bodyOf()).toMatch(/one|two/)
  expect(performance.now() - start).toBeGreaterThanOrEqual(79)
  setFault({ delayMs: 60_000 })
  const giveUp = new AbortController()
  onSleep = () => giveUp.abort()
  await expect(fetch(origin, { signal: giveUp.signal })).rejects.toThrow('aborted')
  await expect
    .poll(() => met, soon)
    .toMatchObject([
      { delayMs: 80, isGivenUp: false },
      { delayMs: 60_000, isGivenUp: true }
    ])
  expect(one.seen.length + two.seen.length).toBe(1)
})

test('a timeout is 504, for an answer that never comes; a delay on purpose is not part of it', async () => {
  // Long enough for an answer on a busy machine.
  setRules({ timeoutMs: 1_000, delay: { ms: 1_100, percent: 100 } })
  expect(await bodyOf()).toBe('one')
  one.answerWith(hang)
  expect(await ask(origin, '/')).toMatchObject({ status: 504, body: 'upstream request timeout' })
})

test('retries go on until an answer needs none, as often as allowed, and only where asked for', async () => {
  const failTwice = () => {
    let left = 2
    one.answerWith((incoming, response) => (left-- > 0 ? respond(503) : say('one'))(incoming, response))
  }
  failTwice()
  setRules({ retries: { attempts: 3, on: ['5xx'] } })
  expect(await ask(origin, '/')).toMatchObject({ status: 200 })
  expect(one.seen).toHaveLength(3)
  failTwice()
  setRules({ retries: { attempts: 1, on: ['503'] } })
  expect(await ask(origin, '/')).toMatchObject({ status: 503 })
  failTwice()
  setRules({ retries: { attempts: 3, on: ['connect-failure', '502'] } })
  expect(await ask(origin, '/')).toMatchObject({ status: 503 })
  one.answerWith(hang)
  one.seen.length = 0
  setRules({ retries: { attempts: 1, on: ['gateway-error'], perTryTimeoutMs: 30 } })
  expect(await ask(origin, '/')).toMatchObject({ status: 504 })
  expect(one.seen).toHaveLength(2)
})

test('an endpoint that refuses connections or breaks off is 503, an answer that breaks off breaks off', async () => {
  running = [{ port: await refusingPort(), labels: { version: 'v1' } }]
  expect(await ask(origin, '/')).toMatchObject({ status: 503, body: expect.stringMatching(/connection failure$/) })
  running = [{ port: one.port, labels: { version: 'v1' } }]
  one.answerWith((incoming) => void incoming.socket.destroy())
  expect(await ask(origin, '/')).toMatchObject({ status: 503, body: expect.stringMatching(/connection termination$/) })
  one.answerWith((incoming, response) => {
    response.writeHead(200, { 'content-length': 100 })
    response.write('half', () => incoming.socket.destroy())
  })
  await expect(fetch(origin).then((answer) => answer.text())).rejects.toThrow('terminated')
})

test('a mirror gets a copy, and its answer is dropped', async () => {
  setRules({ mirrors: [{ labels: { version: 'v2' }, percent: 100 }] })
  const copied = Promise.withResolvers<string>()
  two.answerWith(async (incoming, response) => {
    copied.resolve(await text(incoming))
    respond(500)(incoming, response)
  })
  expect(await ask(origin, '/x', { method: 'POST', body: 'stars' })).toMatchObject({ status: 200, body: 'one' })
  expect(await copied.promise).toBe('stars')
})

test('a reader stays with one version where the balance is by header, and others are spread', async () => {
  setRules({ targets: [{ labels: {}, weight: 1 }] })
  traffic.balance.set('reviews', { kind: 'by header', header: 'end-user' })
  const answers = await Promise.all(Array.from({ length: 20 }, () => bodyOf('/', { 'end-user': 'jason' })))
  expect(new Set(answers).size).toBe(1)
  traffic.balance.set('reviews', { kind: 'random' })
  chance = () => 0.9
  expect([await bodyOf(), await bodyOf()]).toEqual(['two', 'two'])
})

test('a body beyond 1 MiB is refused, and answers stream', async () => {
  expect(await ask(origin, '/', { method: 'POST', body: 'x'.repeat(1024 * 1024 + 1) })).toMatchObject({ status: 413 })
  let finish = () => {}
  one.answerWith((_incoming, response) => {
    response.write('first')
    finish = () => response.end('last')
  })
  running = running.slice(0, 1)
  const call = request(origin).end()
  const [answer] = await once(call, 'response')
  expect(String((await once(answer, 'data'))[0])).toBe('first')
  finish()
  expect(await text(answer)).toBe('last')
})

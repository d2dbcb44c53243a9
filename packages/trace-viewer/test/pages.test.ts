import { askFully } from '@bookinfo/service-kit/testing'
import { describe, expect, it } from 'vitest'
import { bookinfoTrace, otlpRequest, startViewer, traceId, type RunningViewer } from './support/index.ts'

const NOON_MS = Date.UTC(2026, 10, 22, 12)

async function startFilled(): Promise<RunningViewer> {
  const viewer = await startViewer({ now: () => NOON_MS })
  await viewer.send(bookinfoTrace({ trace: 1, startMs: NOON_MS - 10_000 }))
  await viewer.send(bookinfoTrace({ trace: 2, startMs: NOON_MS - 8_000, slow: 10, version: 'v1' }))
  await viewer.send(bookinfoTrace({ trace: 3, startMs: NOON_MS - 6_000, down: 'details' }))
  return viewer
}

/** The traces that a page of the list links to, by their numbers. */
async function listed(viewer: RunningViewer, path: string): Promise<number[]> {
  const { body } = await viewer.read(path)
  return [...String(body).matchAll(/class="trace-link" href="\/trace\/a0*([0-9a-f]+)"/g)].map(([, number]) =>
    Number(`0x${number}`)
  )
}

const filters: [query: string, numbers: number[]][] = [
  ['', [3, 2, 1]],
  ['?service=&status=any&min=', [3, 2, 1]],
  ['?service=ratings', [3, 1]],
  ['?service=nobody', []],
  ['?status=error', [3]],
  ['?status=ok', [2, 1]],
  ['?min=100', [2]],
  ['?min=0.5', [3, 2, 1]],
  ['?service=ratings&status=ok&min=20', [1]],
  ['?limit=2', [3, 2]],
  ['?min=fast&status=odd&limit=-1&max=x&minutes=7&sort=odd', [3, 2, 1]],
  ['?version=v3', [3, 1]],
  ['?service=reviews&version=v1', [2]],
  ['?service=details&version=v3', []],
  ['?operation=GET+/ratings/:productId', [3, 1]],
  ['?service=reviews&operation=GET+/ratings/:productId', []],
  ['?caller=reviews', [3, 1]],
  ['?caller=ratings', []],
  ['?caller=productpage&service=details', [2, 1]],
  ['?caller=reviews&service=details', []],
  ['?tag=http.route%3D/details/:id', [2, 1]],
  ['?tag=exception.type', [3]],
  ['?tag=url.full+%3D+http://127.0.0.1:9085/reviews/0&max=100', [3, 1]],
  ['?max=30', [3, 1]],
  ['?sort=longest', [2, 1, 3]],
  ['?minutes=1', [3, 2, 1]]
]

it.for(filters)('lists by "%s"', async ([query, numbers]) => {
  await using viewer = await startFilled()
  expect(await listed(viewer, `/${query}`)).toEqual(numbers)
})

it('shows more of a long list when asked to', async () => {
  await using viewer = await startViewer({ now: () => NOON_MS })
  for (let trace = 1; trace <= 60; trace += 1) await viewer.send(otlpRequest({ details: [{ trace, id: trace }] }))
  expect(await listed(viewer, '/')).toHaveLength(50)
  expect((await viewer.read('/')).body).toContain('The newest 50 of 60 traces')
  expect((await viewer.read('/?min=1')).body).toContain('href="/?min=1&amp;limit=100"')
  expect(await listed(viewer, '/?limit=100')).toHaveLength(60)
})

const pages: [path: string, status: number, words: string][] = [
  ['/', 200, 'No traces yet'],
  ['/map', 200, 'No traces yet'],
  ['/map?minutes=7', 200, 'No traces yet'],
  [`/trace/${traceId(1)}`, 404, 'No such trace'],
  ['/trace/what', 404, 'No such trace'],
  ['/nope', 404, 'There is no such page']
]

it.for(pages)(
  'answers %s with %i and a whole page that may run and load nothing of others',
  async ([path, status, words]) => {
    await using viewer = await startViewer()
    const { headers, body, ...answer } = await askFully(viewer.origin, path, { headers: { accept: 'text/html' } })
    expect(answer).toEqual({ status, type: 'text/html; charset=utf-8' })
    expect(body).toMatch(/^<!doctype html>[^]*<\/html>$/)
    expect(body).toContain(words)
    expect(body).toContain('A development tool')
    expect(body).not.toMatch(/ style=| on[a-z]+=|<style|<script(?! src="\/static\/)/)
    expect(headers['content-security-policy']).toBe(
      "default-src 'none';script-src 'self';style-src 'self';img-src 'self';connect-src 'self';form-action 'self';base-uri 'none';frame-ancestors 'self'"
    )
  }
)

describe('looking again', () => {
  /** Of the services in the order productpage, details, reviews and ratings. */
  const { resourceSpans = [] } = bookinfoTrace({ trace: 1, startMs: NOON_MS - 1_000 })
  const path = `/trace/${traceId(1)}`

  async function looksAgain(viewer: RunningViewer, at = path): Promise<boolean> {
    return String((await viewer.read(at)).body).includes('/static/wait.js')
  }

  it('is for a trace that is still to come, if there can be such a one', async () => {
    await using viewer = await startViewer({ now: () => NOON_MS })
    expect(await looksAgain(viewer)).toBe(true)
    expect(await looksAgain(viewer, '/trace/what')).toBe(false)
  })

  const parts: [missing: string, from: number, to: number][] = [
    ['the one that began it', 1, 4],
    ['the last two that were called', 0, 2],
    ['the last that was called', 0, 3]
  ]

  it.for(parts)('is for a new trace while it lacks the spans of %s', async ([, from, to]) => {
    let nowMs = NOON_MS
    await using viewer = await startViewer({ now: () => nowMs })
    await viewer.send({ resourceSpans: resourceSpans.slice(from, to) })
    expect(await looksAgain(viewer)).toBe(true)
    nowMs += 10_000
    expect(await looksAgain(viewer)).toBe(false)
    nowMs = NOON_MS
    await viewer.send({ resourceSpans })
    expect(await looksAgain(viewer)).toBe(false)
  })

  it('is for a trace whose last span is new, however long it took', async () => {
    await using viewer = await startViewer({ now: () => NOON_MS + 13_000 })
    const { resourceSpans: slow = [] } = bookinfoTrace({ slow: 400 })
    await viewer.send({ resourceSpans: slow.slice(0, 3) })
    expect(await looksAgain(viewer)).toBe(true)
  })

  it('is for a new trace of which a caller gave up: the calls of the called service may still go on', async () => {
    await using viewer = await startViewer({ now: () => NOON_MS })
    const left = { id: 1, kind: 'server' as const, error: 'caller_gone', attributes: { 'error.type': 'caller_gone' } }
    await viewer.send(otlpRequest({ reviews: [left] }))
    expect(await looksAgain(viewer)).toBe(true)
    expect((await viewer.read(path)).body).toContain('The called service may still work')
  })

  const database = { kind: 'client' as const, attributes: { 'db.system.name': 'mysql', 'server.address': 'mysqldb' } }
  const refused = {
    kind: 'client' as const,
    error: 'connect ECONNREFUSED',
    attributes: { 'server.address': 'ratings' }
  }
  const unavailable = { ...refused, attributes: { ...refused.attributes, 'http.response.status_code': 503 } }

  it.for([
    ['a database, which never leaves spans', database, false],
    ['one that could not be reached', refused, false],
    ['one that answered with an error', unavailable, true],
    ['one that answers too late', { ...refused, error: 'timeout', attributes: { 'error.type': 'timeout' } }, true]
  ] as const)('is for a call of %s: %j', async ([, call, expected]) => {
    await using viewer = await startViewer({ now: () => NOON_MS })
    const caller = { id: 1, kind: 'server' as const }
    await viewer.send(otlpRequest({ reviews: [caller, { id: 2, parent: 1, ...call }] }))
    expect(await looksAgain(viewer)).toBe(expected)
  })
})

it('escapes whatever comes in', async () => {
  await using viewer = await startViewer({ now: () => NOON_MS })
  const evil = '"><script>alert(1)</script>'
  const span = { id: 1, name: evil, error: evil, attributes: { [evil]: evil }, events: [{ name: evil, atMs: 1 }] }
  await viewer.send(otlpRequest({ [evil]: [{ ...span, kind: 'server' }] }))
  for (const path of ['/', `/?service=${encodeURIComponent(evil)}`, `/trace/${traceId(1)}`, '/map']) {
    const { status, body } = await viewer.read(path)
    expect({ path, status, escaped: !String(body).includes('<script>') }).toEqual({ path, status: 200, escaped: true })
  }
})

it('shows the first thousand spans of a large trace, and where the rest is', async () => {
  await using viewer = await startViewer()
  await viewer.send(otlpRequest({ details: Array.from({ length: 1_200 }, (_, index) => ({ id: index + 1 })) }))
  const { body } = await viewer.read(`/trace/${traceId(1)}`)
  expect(String(body).match(/<details/g)).toHaveLength(1_000)
  expect(body).toContain('The first 1,000 spans of 1200')
})

describe('addresses', () => {
  it('of Jaeger’s pages lead to the same here', async () => {
    await using viewer = await startViewer()
    expect(await askFully(viewer.origin, '/search?service=details')).toMatchObject({
      status: 302,
      headers: { location: '/?service=details' }
    })
  })

  it('of files may be kept for ever while they carry the content’s version', async () => {
    await using viewer = await startViewer()
    const { body } = await viewer.read('/')
    const files = [...String(body).matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)].map(([, path = '']) => path)
    expect(new Set(files).size).toBe(3)
    for (const path of files) {
      const caching = async (address: string) => (await askFully(viewer.origin, address)).headers['cache-control']
      expect(await caching(path)).toBe('public, max-age=31536000, immutable')
      expect(await caching(path.replace(/\?.*/, ''))).toBe('no-cache')
    }
  })

  it('of files that the browser has already are answered without the file', async () => {
    await using viewer = await startViewer()
    const etag = String((await askFully(viewer.origin, '/static/viewer.css')).headers['etag'])
    const again = await askFully(viewer.origin, '/static/viewer.css', { headers: { 'if-none-match': etag } })
    expect(again).toMatchObject({ status: 304, body: '', headers: { etag } })
  })
})

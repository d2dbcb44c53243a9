import { startTinyServer, type TinyServer } from '@bookinfo/service-kit/testing'
import { spawnSync } from 'node:child_process'
import type { RequestListener } from 'node:http'
import { describe, expect, test } from 'vitest'
import { fuzz } from './fuzz.ts'
import { checkApi } from './schemathesis.ts'

const api = JSON.stringify({ paths: { '/a/{id}': { get: { responses: {} } } } })
const whole = JSON.stringify({
  openapi: '3.1.0',
  info: { title: 'API', version: '1' },
  paths: { '/a': { get: { responses: { 200: { description: 'Fine' } } } } }
})
const { signal: stop } = new AbortController()

/** A server with an API of one operation, whose answers are given. */
function serve(listener: RequestListener): Promise<TinyServer> {
  return startTinyServer((request, response) => {
    if (request.url === '/openapi.json') response.end(api)
    else listener(request, response)
  })
}

test('the same seed makes the same requests, and another seed others', async () => {
  const seen: string[][] = []
  await using server = await serve(({ method, url }, response) => {
    seen.at(-1)?.push(`${method} ${url}`)
    response.end()
  })
  for (const seed of [5, 5, 6]) {
    seen.push([])
    expect(await fuzz({ port: server.port, requests: 100, seed, stop })).toMatchObject({ requests: 100, problems: 0 })
  }
  const [first, again, other] = seen.map((requests) => requests.toSorted().join('\n'))
  expect(again).toBe(first)
  expect(other).not.toBe(first)
})

test('an unforeseen status is a problem, described with its request and seed', async () => {
  await using server = await serve((_request, response) => void response.writeHead(500).end())
  const { problems, described } = await fuzz({ port: server.port, requests: 100, seed: 3, stop })
  // Raw bytes that are no request get a status of Node's own.
  expect(problems).toBeGreaterThan(90)
  expect(described).toHaveLength(20)
  expect(described.at(0)).toMatch(/^seed 3: 500 to /)
})

test('501, 505, and 503 with Retry-After are foreseen', async () => {
  let asked = 0
  await using server = await serve(
    (_request, response) => void response.writeHead([501, 503, 505][asked++ % 3] ?? 0, { 'retry-after': '1' }).end()
  )
  expect(await fuzz({ port: server.port, requests: 50, seed: 3, stop })).toMatchObject({ problems: 0 })
})

describe.skipIf(spawnSync('schemathesis', ['--version']).status !== 0)('with Schemathesis', () => {
  test.each([
    [200, true],
    [500, false]
  ])('an answer with status %i is as the API says: %s', async (status, passed) => {
    await using server = await startTinyServer(({ method, url }, response) => {
      if (url === '/openapi.json') response.setHeader('content-type', 'application/json').end(whole)
      else response.writeHead(method === 'GET' ? status : 405, { allow: 'GET' }).end()
    })
    expect(await checkApi(server.origin, 1, 'session=none')).toHaveProperty('passed', passed)
  })
})

import { ask } from '@bookinfo/service-kit/testing'
import { describe, expect, it } from 'vitest'
import { startViewer } from './support/index.ts'

const paths = [
  '/',
  '/map',
  '/trace/1',
  '/api/traces?service=a',
  '/metrics',
  '/openapi.json',
  '/livez',
  '/nope',
  '/v1/traces'
]

describe('DNS rebinding', () => {
  it.for([
    'evil.example',
    'evil.example:16686',
    'localhost.evil.example',
    'evil-localhost',
    '127.0.0.1.evil.example',
    '192.168.1.7',
    '0.0.0.0',
    '[2001:db8::1]:16686',
    ''
  ])('is refused: Host %j', async (host) => {
    await using viewer = await startViewer()
    const error = `the host must be localhost, a loopback address or a name in ALLOWED_HOSTS, got "${host}"`
    for (const origin of [viewer.origin, viewer.otlpOrigin]) {
      for (const path of paths) {
        const answer = await ask(origin, path, { headers: { host } })
        expect([path, answer.status, JSON.stringify(answer.body)]).toEqual([
          path,
          403,
          expect.stringContaining(JSON.stringify(error))
        ])
      }
    }
  })

  it('is refused for spans and for log lines', async () => {
    await using viewer = await startViewer()
    const post = (origin: string, path: string, type: string) =>
      ask(origin, path, { method: 'POST', headers: { host: 'evil.example', 'content-type': type }, body: '{}' })
    expect(await post(viewer.otlpOrigin, '/v1/traces', 'application/json')).toMatchObject({ status: 403 })
    expect(await post(viewer.otlpOrigin, '/v1/logs', 'application/x-protobuf')).toMatchObject({ status: 403 })
    expect(await post(viewer.origin, '/api/log-lines', 'application/x-ndjson')).toMatchObject({ status: 403 })
  })

  it('shows a browser a page that says why', async () => {
    await using viewer = await startViewer()
    const page = await ask(viewer.origin, '/', { headers: { host: 'evil.example', accept: 'text/html' } })
    expect(page).toMatchObject({ status: 403, type: 'text/html; charset=utf-8' })
    expect(page.body).toContain('a name in ALLOWED_HOSTS, got &quot;evil.example&quot;')
  })

  it('leaves the names of this machine alone, and those that a setting allows', async () => {
    const env = { HOST: '127.0.0.7', ALLOWED_HOSTS: 'traces.example, 10.0.2.2,[fd00::5]' }
    await using viewer = await startViewer({ env })
    const own = [
      'localhost',
      'LOCALHOST:16686',
      'traces.localhost',
      'localhost.',
      '127.0.0.1:1',
      '127.9.9.9',
      '[::1]:16686'
    ]
    const set = ['traces.example', 'Traces.Example:16686', '10.0.2.2:4318', '[fd00::5]:80']
    for (const host of [...own, ...set]) {
      expect([host, await ask(viewer.origin, '/api/services', { headers: { host } })]).toMatchObject([
        host,
        { status: 200 }
      ])
      expect([host, await ask(viewer.otlpOrigin, '/livez', { headers: { host } })]).toMatchObject([
        host,
        { status: 200 }
      ])
    }
  })

  it('HOST is a name of the viewer too, unless it means every address', async () => {
    for (const [HOST, status] of [
      ['10.1.2.3', 200],
      ['0.0.0.0', 403],
      ['::', 403]
    ] as const) {
      await using viewer = await startViewer({ env: { HOST } })
      const host = HOST === '::' ? '[::]' : HOST
      expect([HOST, await ask(viewer.origin, '/api/services', { headers: { host } })]).toMatchObject([HOST, { status }])
    }
  })
})

describe('a page of another site', () => {
  const cases: Record<string, [number, Record<string, string>]> = {
    'a program': [200, {}],
    'the viewer itself': [200, { origin: 'http://localhost:16686', 'sec-fetch-site': 'same-origin' }],
    'the viewer itself, in an older browser': [200, { origin: 'http://localhost:16686' }],
    'the reader': [200, { 'sec-fetch-site': 'none' }],
    'another site': [403, { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    'another site, in an older browser': [403, { origin: 'https://evil.example' }],
    'another port of this machine': [403, { origin: 'http://localhost:9080', 'sec-fetch-site': 'same-site' }],
    'another port, in an older browser': [403, { origin: 'http://localhost:9080' }],
    'a file or a sandboxed frame': [403, { origin: 'null' }],
    'one that hides its origin': [403, { 'sec-fetch-site': 'cross-site' }]
  }
  it.for(Object.entries(cases))('may send nothing: %s', async ([, [status, headers]]) => {
    await using viewer = await startViewer()
    const post = async (origin: string, path: string, type: string) =>
      ask(origin, path, {
        method: 'POST',
        headers: { host: 'localhost:16686', 'content-type': type, ...headers },
        body: '{}'
      })
    expect(await post(viewer.origin, '/api/log-lines', 'application/x-ndjson')).toMatchObject({ status })
    expect(await post(viewer.otlpOrigin, '/v1/traces', 'application/json')).toMatchObject({ status })
    expect(await post(viewer.otlpOrigin, '/v1/metrics', 'application/x-protobuf')).toMatchObject({ status })
  })
})

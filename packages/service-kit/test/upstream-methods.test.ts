import { forwardHeaders } from '@bookinfo/tracing'
import { Type } from 'typebox'
import { json, text } from 'node:stream/consumers'
import { afterAll, describe, expect, test } from 'vitest'
import { createDispatcher, createUpstream, type Upstream } from '../src/index.ts'
import { refusingPort, respond, startTinyServer } from './support/index.ts'

const Thing = Type.Object({ id: Type.Integer() })
const dispatcher = createDispatcher('per-request')
afterAll(() => dispatcher.close())

const headers = forwardHeaders(['x-request-id', 'r1'])

function things(origin: string, client = dispatcher): Upstream<{ id: number }> {
  return createUpstream({ name: 'things', origins: [origin], schema: Thing, timeoutMs: 30_000, dispatcher: client })
}

describe('POST', () => {
  test('sends JSON and the forwarded headers', async () => {
    const bodies: unknown[] = []
    await using server = await startTinyServer(async (request, response) => {
      bodies.push(await json(request))
      respond(200, { id: 7 })(request, response)
    })
    expect(await things(server.origin).post('/things/7', { name: 'Žofie' }, headers)).toMatchObject({
      ok: true,
      value: { id: 7 }
    })
    expect(bodies).toEqual([{ name: 'Žofie' }])
    expect(server.seen.map(({ method, url }) => [method, url])).toEqual([['POST', '/things/7']])
    expect(server.seen[0]?.headers).toEqual(
      expect.arrayContaining([
        ['x-request-id', 'r1'],
        ['content-type', 'application/json']
      ])
    )
  })

  test.each([
    ['a status', respond(501, { error: 'no' }), { kind: 'refused', status: 501 }],
    ['a refusal with a reason', refusal({ error: 'no more places' }), { status: 409, message: 'no more places' }],
    ['a refusal with another body', refusal({ error: 7 }), { status: 409, message: undefined }],
    [
      'a refusal with a long body',
      refusal({ error: 'no', more: 'x'.repeat(2000) }),
      { status: 409, message: undefined }
    ],
    ['a wrong shape', respond(200, { id: '7' }), { kind: 'malformed', status: undefined }]
  ])('fails by %s', async (_what, answer, failure) => {
    await using server = await startTinyServer(answer)
    expect(await things(server.origin).post('/things/7', {}, headers)).toMatchObject({ ok: false, ...failure })
  })
})

/** As a service of this suite sends it, with its length. */
function refusal(body: object) {
  return respond(409, body, { 'content-length': String(JSON.stringify(body).length) })
}

describe('OPTIONS', () => {
  test.each([
    ['GET, HEAD, OPTIONS, POST', ['GET', 'HEAD', 'OPTIONS', 'POST']],
    ['GET,POST', ['GET', 'POST']]
  ])('reads the methods from %j', async (allow, methods) => {
    const bodies: string[] = []
    await using server = await startTinyServer(async (request, response) => {
      bodies.push(await text(request))
      respond(200, '', { allow })(request, response)
    })
    expect(await things(server.origin).options('/things/7', headers)).toMatchObject({ ok: true, value: methods })
    expect(server.seen.map(({ method, url }) => [method, url])).toEqual([['OPTIONS', '/things/7']])
    expect(bodies).toEqual([''])
  })

  test('without Allow is malformed', async () => {
    await using server = await startTinyServer(respond(200))
    expect(await things(server.origin).options('/things/7', headers)).toMatchObject({ ok: false, kind: 'malformed' })
  })

  test('fails for an error status, and for a closed port', async () => {
    await using server = await startTinyServer(respond(503, '', { allow: 'GET, POST' }))
    expect(await things(server.origin).options('/things/7', headers)).toMatchObject({ ok: false, kind: 'refused' })
    const nobody = `http://127.0.0.1:${await refusingPort()}`
    expect(await things(nobody).options('/things/7', headers)).toMatchObject({ ok: false, kind: 'unreachable' })
  })
})

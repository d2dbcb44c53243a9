import { describe, expect, test } from 'vitest'
import { CALLER, callFor, DEFAULT, multi, OTHER, TRACE, traceparent, type Headers } from './support/call-for.ts'

const decisions: [headers: Headers, isSampled: boolean][] = [
  [{ b3: '0' }, false],
  [{ b3: '1' }, true],
  [{ b3: 'd' }, true],
  [{ 'x-b3-sampled': '0' }, false],
  [{ 'x-b3-sampled': 'false' }, false],
  [{ 'x-b3-sampled': 'True' }, true],
  [{ 'x-b3-flags': '1', 'x-b3-sampled': '0' }, true],
  [{ b3: '0', 'x-b3-sampled': '1' }, false],
  [{ b3: 'constructor', 'x-b3-sampled': '0' }, false],
  [{ b3: '', 'x-b3-sampled': '0' }, false],
  [{ ...multi, 'x-b3-spanid': 'none', 'x-b3-sampled': '0' }, false],
  [{ 'x-b3-flags': '0' }, true],
  [{ 'x-b3-sampled': '' }, true],
  [{ b3: 'undefined' }, true]
]

test.each(decisions)('a sampling decision without ids applies to the new trace: %o', (headers, isSampled) => {
  for (const names of [['b3'], ['b3multi'], ['tracecontext', 'b3'], DEFAULT]) {
    const { sent, server, request } = callFor(headers, names)
    expect(server?.parentSpanContext).toBeUndefined()
    expect(server !== undefined).toBe(isSampled)
    expect(request.startWork !== undefined).toBe(isSampled)
    expect(request.traceresponse?.endsWith('-01')).toBe(isSampled)
    const flags = [sent['traceparent']?.slice(-2), sent['b3']?.split('-')[2], sent['x-b3-sampled']]
    expect(flags.filter((flag) => flag !== undefined && /^0?0$/.test(flag) === isSampled)).toEqual([])
  }
})

test.each([
  [{ b3: `${TRACE}-${CALLER}-d` }, { b3: expect.stringMatching(/-d$/) }],
  [{ ...multi, 'x-b3-flags': '1' }, { 'x-b3-flags': '1' }],
  [{ 'uber-trace-id': `${TRACE}:${CALLER}:0:3` }, { 'uber-trace-id': expect.stringMatching(/:3$/) }]
])('the debug flag is forwarded: %o', (headers, expected) => {
  expect(callFor(headers).sent).toMatchObject(expected)
})

test('with B3 ids but no sampling decision, this service decides', () => {
  expect(callFor({ b3: `${TRACE}-${CALLER}` }).server?.spanContext().traceFlags).toBe(1)
})

describe('trace context of calls', () => {
  const w3c = (sent: Headers) => callFor({ traceparent, ...sent }).sent
  const flagsAfter = (flags: string) => callFor({ traceparent: `00-${OTHER}-${CALLER}-${flags}` }).sent['traceparent']

  test.each([
    ['00', '00'],
    ['01', '01'],
    ['02', '02'],
    ['03', '03'],
    ['ff', '03']
  ])('flags %s become %s: undefined flags are cleared', (came, sent) => {
    expect(flagsAfter(came)?.slice(-3)).toBe(`-${sent}`)
  })

  test('a later version of traceparent is written as version 00', () => {
    expect(callFor({ traceparent: `fe-${OTHER}-${CALLER}-01-more` }).sent['traceparent']).toMatch(
      new RegExp(`^00-${OTHER}-[0-9a-f]{16}-01$`)
    )
  })

  const members = (count: number) => Array.from({ length: count }, (_, i) => `k${i}=v`).join(',')
  test.each<[what: string, came: string, sent: string | undefined]>([
    ['keeps its order', 'rojo=00f0,congo=t61', 'rojo=00f0,congo=t61'],
    ['has at most 32 members', members(33), members(32)],
    ['loses invalid members', 'UPPER=1,a=1,b', 'a=1'],
    ['is dropped without members', '', undefined],
    ['is dropped without valid members', 'UPPER=1, ,', undefined]
  ])('tracestate %s', (_what, came, sent) => {
    expect(w3c({ tracestate: came })['tracestate']).toBe(sent)
  })
})

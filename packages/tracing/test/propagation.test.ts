import type { IncomingHttpHeaders } from 'node:http'
import { expect, test } from 'vitest'
import { createPropagation } from '../src/propagation.ts'

const IDS = { 'x-b3-traceid': '80f198ee56343ba864fe8b2a57d3eff7', 'x-b3-spanid': 'e457b5a2e4d86bd1' }

const decisions: [headers: IncomingHttpHeaders, isSampled: boolean | undefined][] = [
  [{ b3: '0' }, false],
  [{ b3: '1' }, true],
  [{ b3: 'd' }, true],
  [{ 'x-b3-sampled': '0' }, false],
  [{ 'x-b3-sampled': '1' }, true],
  [{ 'x-b3-sampled': 'false' }, false],
  [{ 'x-b3-sampled': 'True' }, true],
  [{ 'x-b3-flags': '1' }, true],
  [{ 'x-b3-flags': '1', 'x-b3-sampled': '0' }, true],
  [{ b3: '0', 'x-b3-sampled': '1' }, false],
  [{ b3: '0', ...IDS }, false],
  [{ ...IDS, 'x-b3-spanid': 'none', 'x-b3-sampled': '0' }, false],
  [{ ...IDS, 'x-b3-spanid': 'none' }, undefined],
  [{ b3: '', 'x-b3-sampled': '0' }, false],
  [{ 'x-b3-flags': '0' }, undefined],
  [{ 'x-b3-sampled': '' }, undefined],
  [{ b3: 'constructor' }, undefined],
  [{ b3: 'undefined' }, undefined],
  [{}, undefined]
]

test.each(decisions)('%o decides without ids: %o', (headers, isSampled) => {
  for (const names of [['b3'], ['b3multi'], ['tracecontext', 'b3']]) {
    const caller = createPropagation(names).extract(headers)
    expect([caller?.span, caller?.isSampled]).toEqual([undefined, isSampled])
  }
  expect(createPropagation(['tracecontext']).extract(headers)).toBeUndefined()
})

import { describe, expect, test } from 'vitest'
import { createSampling, type SamplingConfig } from '../src/sampling.ts'

/** Ids at the two ends of what the share is taken of. */
const low = '0'.repeat(31) + '1'
const high = 'f'.repeat(8) + '0'.repeat(24)

type Sampler = SamplingConfig['OTEL_TRACES_SAMPLER']
const decisions: [Sampler, share: string, Record<'none' | 'sampled' | 'not sampled', [low: boolean, high: boolean]>][] =
  [
    ['always_on', '', { none: [true, true], sampled: [true, true], 'not sampled': [true, true] }],
    ['always_off', '', { none: [false, false], sampled: [false, false], 'not sampled': [false, false] }],
    ['traceidratio', '0.5', { none: [true, false], sampled: [true, false], 'not sampled': [true, false] }],
    ['traceidratio', '', { none: [true, true], sampled: [true, true], 'not sampled': [true, true] }],
    ['parentbased_always_on', '', { none: [true, true], sampled: [true, true], 'not sampled': [false, false] }],
    ['parentbased_always_off', '', { none: [false, false], sampled: [true, true], 'not sampled': [false, false] }],
    ['parentbased_traceidratio', '0.5', { none: [true, false], sampled: [true, true], 'not sampled': [false, false] }],
    ['parentbased_traceidratio', '0', { none: [false, false], sampled: [true, true], 'not sampled': [false, false] }]
  ]

describe.each(decisions)('%s %s', (sampler, share, { none, sampled, 'not sampled': notSampled }) => {
  const isSampled = createSampling({ OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: share })
  test.each([
    ['absent', undefined, none],
    ['sampled', true, sampled],
    ['not sampled', false, notSampled]
  ])('decides where the caller is %s', (_what, callers, expected) => {
    expect([isSampled(callers, low), isSampled(callers, high)]).toEqual(expected)
  })
})

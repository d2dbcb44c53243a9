import type { Reviews } from '@bookinfo/contracts'
import type { UpstreamResult } from '@bookinfo/service-kit'
import { describe, expect, test } from 'vitest'
import { ratingsTime, serverTiming, timingsView } from '../src/product/timings.ts'

function answered(header: string | undefined): UpstreamResult<Reviews> {
  const value: Reviews = { id: '0', podname: 'p', reviews: [] }
  return { ok: true, value, text: '', version: undefined, serverTiming: header }
}

describe('the time that ratings took', () => {
  test.each([
    ['ratings;dur=12.5', 12.5],
    ['db;dur=1, ratings;dur=3', 3],
    [undefined, undefined],
    ['', undefined],
    ['ratings', undefined],
    ['otherratings;dur=3', undefined],
    ['ratings;dur=-1', undefined],
    ['ratings;dur=1e9', 1],
    ['ratings;dur=<script>', undefined]
  ])('is read from %j as %j', (header, ms) => {
    expect(ratingsTime(answered(header))).toBe(ms)
  })

  test('is unknown for failed reviews', () => {
    expect(ratingsTime({ ok: false, kind: 'refused', status: 503, reason: 'status 503' })).toBeUndefined()
  })
})

describe('the header for the browser', () => {
  test('names every part', () => {
    expect(serverTiming({ before: 0.5, details: 1.23, reviews: 4, ratings: 2.06, total: 5.5 })).toBe(
      'details;dur=1.2, reviews;dur=4.0, ratings;dur=2.1, total;dur=5.5'
    )
  })

  test('omits unknown times', () => {
    expect(serverTiming({ before: 0.5, details: 1, reviews: 2, ratings: undefined, total: 3 })).toBe(
      'details;dur=1.0, reviews;dur=2.0, total;dur=3.0'
    )
  })
})

describe('the breakdown on the page', () => {
  test('links to its trace if TRACE_UI_URL is set', () => {
    const timings = { before: 0.5, details: 1, reviews: 2, ratings: undefined, total: 3 }
    expect(timingsView(timings, 'http://localhost:16686/trace/abc').html).toContain(
      '<a href="http://localhost:16686/trace/abc">See its trace</a>'
    )
    expect(timingsView(timings, undefined).html).not.toContain('<a')
  })

  test('shows when each part was asked', () => {
    const { html } = timingsView({ before: 1, details: 2, reviews: 6, ratings: 3, total: 10 }, undefined)
    const bars = [...html.matchAll(/<rect x="([0-9.]+)" width="([0-9.]+)"/g)].map(([, x, width]) => [x, width])
    expect(bars).toEqual([
      ['10.0', '20.0'],
      ['10.0', '60.0'],
      ['25.0', '30.0'],
      ['0.0', '100.0']
    ])
  })
})

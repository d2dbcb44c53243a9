import { ask, askFully } from '@bookinfo/service-kit/testing'
import { describe, expect, it } from 'vitest'
import { bookinfoTrace, NOON_MS, spanId, startViewer, traceId, type RunningViewer } from './support/index.ts'

/** The text of a page as a reader sees it. */
async function textOf(viewer: RunningViewer, path: string): Promise<string> {
  const { body } = await viewer.read(path)
  return String(body)
    .replaceAll(/<(head|title)[^]*?<\/\1>/g, '')
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll(/\s+/g, ' ')
}

async function startWithSplit(): Promise<RunningViewer> {
  const viewer = await startViewer({ now: () => NOON_MS })
  for (let trace = 1; trace <= 20; trace += 1) {
    const version = trace % 4 === 0 ? 'v1' : 'v3'
    await viewer.send(bookinfoTrace({ trace, version, startMs: NOON_MS - 30_000 + trace * 1_000 }))
  }
  return viewer
}

describe('the picture of the last answers', () => {
  const picture = '/answers.svg?service=reviews'

  it('has a lane for each version with measured and expected share, and may be shown by pages of other origins', async () => {
    await using viewer = await startWithSplit()
    const body = JSON.stringify({ reviews: { v1: 20, v3: 80 } })
    await ask(viewer.origin, '/api/expected-shares', { method: 'POST', body })
    const text = await textOf(viewer, picture)
    expect(text).toContain('Last 20 answers of reviews, oldest first')
    expect(text).toMatch(/v1 25 % measured, 20 % expected v3 75 % measured, 80 % expected/)
    const { headers, body: svg } = await askFully(viewer.origin, picture)
    expect(headers).toMatchObject({
      'content-type': 'image/svg+xml',
      'cache-control': 'no-store',
      'cross-origin-resource-policy': 'cross-origin'
    })
    expect(String(svg).match(/class="answer"/g)).toHaveLength(20)
  })

  it('says that there are no answers yet', async () => {
    await using viewer = await startViewer()
    expect(await textOf(viewer, picture)).toContain('No answers of several versions of reviews yet')
  })
})

describe('the map', () => {
  it('has the share of each version on its edges, and the last answers', async () => {
    await using viewer = await startWithSplit()
    const text = await textOf(viewer, '/map')
    expect(text).toMatch(/productpage v1 → to reviews v3 traces of these calls logs of reviews v3 15 75 %/)
    expect(text).toMatch(/productpage v1 → to reviews v1 traces of these calls logs of reviews v1 5 25 %/)
    expect(text).toMatch(/The last 20 answers of reviews .* reviews v1 25 % reviews v3 75 %/)
  })

  it('tells a service in a virtual machine from the same version in a container', async () => {
    await using viewer = await startViewer({ now: () => NOON_MS })
    for (let trace = 1; trace <= 4; trace += 1)
      await viewer.send(bookinfoTrace({ trace, startMs: NOON_MS - 9_000, detailsIn: trace === 4 ? 'vm' : 'container' }))
    const text = await textOf(viewer, '/map')
    expect(text).toMatch(/productpage v1 → to details v1 traces of these calls logs of details v1 3 75 %/)
    expect(text).toMatch(/productpage v1 → to details v1 vm traces of these calls logs of details v1 vm 1 25 %/)
    expect(text).toMatch(/The last 4 answers of details .* details v1 75 % details v1 vm 25 %/)
    expect(await textOf(viewer, '/?service=details&version=v1+vm')).toContain('1 trace, of')
  })

  it('draws an edge as wide as its rate, with its share of errors', async () => {
    await using viewer = await startWithSplit()
    for (const trace of [21, 22, 23, 24, 25])
      await viewer.send(bookinfoTrace({ trace, version: 'v2', down: 'ratings', startMs: NOON_MS - 5_000 }))
    const body = String((await viewer.read('/map')).body)
    // The square roots of 25, 15 and 5 calls of 25, in six steps.
    const widths = [...body.matchAll(/class="edge plain w([1-6])"/g)].map(([, width = '']) => width)
    expect(widths.toSorted().join('')).toBe('335566')
    expect(body.match(/class="edge bad w3"/g)).toHaveLength(1)
    expect(body).toContain('✕ 100 %</tspan>')
  })

  it('shows the last minute, unless it is asked for more', async () => {
    await using viewer = await startViewer({ now: () => NOON_MS })
    await viewer.send(bookinfoTrace({ startMs: NOON_MS - 90_000 }))
    expect(await textOf(viewer, '/map')).toContain('No calls in this period')
    expect(await textOf(viewer, '/map?minutes=5')).toContain('reviews v3')
    expect(await textOf(viewer, '/map?minutes=0')).toContain('reviews v3')
  })

  it('leads to the traces and logs of a service and of a call, and to the last call that failed', async () => {
    await using viewer = await startViewer({ now: () => NOON_MS })
    await viewer.send(bookinfoTrace({ trace: 1, startMs: NOON_MS - 9_000, down: 'ratings' }))
    const { body } = await viewer.read('/map')
    const [, picture = '', table = ''] =
      /(<svg class="map"[^]*?<\/svg>)([^]*)/.exec(String(body).replaceAll(/\s+/g, ' ')) ?? []
    for (const part of [picture, table]) {
      expect(part).toContain('href="/?service=reviews&amp;version=v3&amp;minutes=1"')
      expect(part).toContain('href="/?service=reviews&amp;version=v3&amp;caller=productpage&amp;minutes=1"')
      expect(part).toContain('href="/logs?service=reviews&amp;version=v3"')
      expect(part).toContain(`href="/trace/${traceId(1)}#span-${spanId(106)}"`)
    }
    // The service that nobody heard of has nothing to lead to.
    expect(body).not.toContain('service=ratings')
  })
})

it('shows rate, errors and duration of each service, with examples', async () => {
  await using viewer = await startWithSplit()
  await viewer.send(bookinfoTrace({ trace: 21, slow: 9, startMs: NOON_MS - 5_000 }))
  const text = await textOf(viewer, '/services?minutes=1')
  expect(text).toMatch(
    /reviews v1 logs of reviews v1 5\/min 0 % 23 ms reviews v3 logs of reviews v3 16\/min 0 % 207 ms/
  )
  expect((await viewer.read('/services')).body).toContain(`href="/trace/${traceId(21)}#span-${spanId(2105)}"`)
  expect(await textOf(viewer, '/services?minutes=1')).not.toContain('mysql')
})

describe('two traces', () => {
  it('are compared by operation', async () => {
    await using viewer = await startViewer()
    await viewer.send(bookinfoTrace({ trace: 1 }))
    await viewer.send(bookinfoTrace({ trace: 2, slow: 2, version: 'v1' }))
    const text = await textOf(viewer, `/compare?a=${traceId(1)}&b=${traceId(2)}`)
    expect(text).toContain('productpage GET /productpage v1 30 ms itself 3.8 ms v1 60 ms itself 7.6 ms +30 ms')
    expect(text).toContain('reviews GET /reviews/:productId v3 23 ms itself 6 ms v1 46 ms itself 46 ms +23 ms')
    expect(text).toContain('ratings GET /ratings/:productId v1 12 ms itself 12 ms none −12 ms')
  })

  it('must both be there', async () => {
    await using viewer = await startViewer()
    await viewer.send(bookinfoTrace({ trace: 1 }))
    expect(await viewer.read(`/compare?a=${traceId(1)}&b=7`)).toMatchObject({
      status: 404,
      body: { error: 'there is no trace "7": it may have gone, choose another' }
    })
    expect(await viewer.read('/compare')).toMatchObject({ status: 404 })
  })

  it('begin with a choice on the page of the first', async () => {
    await using viewer = await startViewer({ now: () => NOON_MS })
    await viewer.send(bookinfoTrace({ trace: 1 }))
    expect((await viewer.read(`/trace/${traceId(1)}`)).body).not.toContain('Compare with')
    await viewer.send(bookinfoTrace({ trace: 2, version: 'v1' }))
    const { body } = await viewer.read(`/trace/${traceId(1)}`)
    expect(body).toContain(
      `<option value="${traceId(2)}">30 ms, just now: productpage v1, details v1, reviews v1</option>`
    )
  })
})

describe('the page of logs', () => {
  async function startLogging(): Promise<RunningViewer> {
    const viewer = await startViewer()
    const lines = Array.from({ length: 400 }, (_, index) => ({
      level: ['debug', 'info', 'warn', 'error'][index % 4],
      time: NOON_MS + index,
      service: index % 2 === 0 ? 'reviews' : 'details',
      version: index % 3 === 0 ? 'v2' : 'v1',
      trace_id: traceId(1),
      span_id: spanId(7),
      msg: `line ${index} of all`,
      route: index === 5 ? '/Special' : '/reviews'
    }))
    const headers = { 'content-type': 'application/x-ndjson' }
    const body = lines.map((line) => JSON.stringify(line)).join('\n')
    expect(await ask(viewer.origin, '/api/log-lines', { method: 'POST', headers, body })).toMatchObject({ status: 200 })
    return viewer
  }

  const filters: [query: string, found: number, first: number][] = [
    ['', 400, 399],
    ['?service=reviews', 200, 398],
    ['?service=details&version=v1+vm', 133, 397],
    ['?level=warn', 200, 399],
    ['?level=odd', 400, 399],
    ['?service=details&level=error&version=v2', 34, 399],
    ['?text=SPECIAL', 1, 5],
    ['?text=line+39+of', 1, 39],
    ['?service=nobody', 0, -1]
  ]
  it.for(filters)('shows by "%s" %i lines, the newest first', async ([query, found, first]) => {
    await using viewer = await startLogging()
    const numbers = [...(await textOf(viewer, `/logs${query}`)).matchAll(/line (\d+) of all/g)].map(([, number]) =>
      Number(number)
    )
    expect(numbers).toHaveLength(Math.min(found, 300))
    expect(numbers[0] ?? -1).toBe(first)
    expect(numbers).toEqual(numbers.toSorted((a, b) => b - a))
  })

  it('leads to the span of a line', async () => {
    await using viewer = await startLogging()
    expect((await viewer.read('/logs?text=special')).body).toContain(`href="/trace/${traceId(1)}#span-${spanId(7)}"`)
  })

  it('says what to do without lines', async () => {
    await using viewer = await startViewer()
    expect(await textOf(viewer, '/logs')).toContain('No log lines yet')
  })
})

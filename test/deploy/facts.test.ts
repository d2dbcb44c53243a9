import { calledPath, door, probePaths, servedMetrics } from '@bookinfo/deploy-check'
import { createRecordedTracing } from '@bookinfo/tracing/testing'
import { beforeAll, describe, expect, test } from 'vitest'
import { startBundle } from '../bundle/bundle.ts'
import {
  addressOf,
  ask,
  hasMongodb,
  mariadbPath,
  patiently,
  postgresPath,
  signIn,
  startDetails,
  startMariadb,
  startMongodb,
  startPostgres,
  startProductpage,
  startRatings,
  startReviews
} from '../support/index.ts'
import { startRecordedSuite } from '../trace/recorded-suite.ts'
import { callGraph, serviceNames, type ServiceName } from '@bookinfo/contracts'

/** Facts that the rules for manifests rely on, compared with services that run. */
const starters = { productpage: startProductpage, details: startDetails, reviews: startReviews, ratings: startRatings }

describe('the call graph', () => {
  test('is what the spans of a run say', async () => {
    await using recorded = await startRecordedSuite()
    const { productpage } = recorded.suite
    // Three pages, one for each version of reviews; what only the API asks for; and what a reader does who is signed in.
    const cookie = await signIn(productpage, 'Anna')
    const requests: [path: string, init?: RequestInit][] = [
      ['/productpage'],
      ['/productpage'],
      ['/productpage', { headers: { cookie } }],
      ['/api/v1/products/0/ratings'],
      ['/api/v1/products/0/stars', giveStars(cookie)]
    ]
    for (const [path, init] of requests) {
      const response = await fetch(`${productpage}${path}`, init)
      expect([path, response.status]).toEqual([path, 200])
      await response.arrayBuffer()
    }
    const spans = await recorded.stop()
    const calls = spans.flatMap(({ service, span }) => {
      const url = span.attributes['url.full']
      if (typeof url !== 'string') return []
      const called = spans.find((other) => other.span.parentSpanContext?.spanId === span.spanContext().spanId)
      const to = withoutVersion(called?.service ?? '')
      return [
        {
          from: withoutVersion(service),
          to,
          method: String(span.attributes['http.request.method']),
          path: new URL(url).pathname
        }
      ]
    })
    const seen = new Set(calls.map(({ from, to, method }) => `${from} ${method} ${to}`))
    const drawn = new Set(
      callGraph.flatMap(({ from, to, methods }) => methods.map((method) => `${from} ${method} ${to}`))
    )
    expect(seen).toEqual(drawn)
    expect(calls.filter(({ to, path }) => !isService(to) || !path.startsWith(calledPath(to)))).toEqual([])
  })
})

describe('databases', () => {
  const servers = {
    ...(hasMongodb && { MongoDB: startMongodb }),
    ...(mariadbPath !== '' && { MariaDB: startMariadb }),
    ...(postgresPath !== '' && { PostgreSQL: startPostgres })
  }
  test.each(Object.entries(servers))(
    'are all that ratings v2 call, as the spans of a run say: %s',
    async (_, start) => {
      await using database = await start()
      await database.createOriginal([5, 4])
      const tracing = createRecordedTracing('ratings')
      await using ratings = await startRatings(database.env, { tracing, databaseTimes: patiently })
      await expect.poll(() => ask(ratings.origin, '/readyz'), { timeout: 20_000 }).toMatchObject({ status: 200 })
      await ask(ratings.origin, '/ratings/0', { method: 'POST', body: '{"jason":3}' })
      await ask(ratings.origin, '/ratings/0')
      // What is below a request is a call.
      const calls = tracing.spans().filter(({ parentSpanContext }) => parentSpanContext !== undefined)
      const ports = calls.map(({ attributes }) => attributes['server.port'])
      expect([...new Set(ports)]).toEqual([database.port])
    }
  )
})

describe('paths', () => {
  test.each(serviceNames)('that probes ask for are there in %s', async (service) => {
    await using app = await starters[service]()
    for (const path of Object.values(probePaths)) expect((await fetch(`${app.origin}${path}`)).status).toBe(200)
  })

  test('that the outside may ask for are there in productpage', async () => {
    await using app = await startProductpage()
    for (const path of door.exact) {
      expect((await fetch(`${app.origin}${path}`, { method: 'OPTIONS' })).status).not.toBe(404)
    }
    const page = await (await fetch(`${app.origin}/productpage`)).text()
    const links = [...page.matchAll(/\s(?:href|src|action)="([^"]*)"/g)]
    const addresses = links
      .map(([, link = '']) => new URL(link, `${app.origin}/productpage`))
      .filter(({ origin }) => origin === app.origin)
      .map(({ pathname }) => pathname)
    const locked = addresses.filter(
      (path) => !door.exact.includes(path) && !door.prefix.some((prefix) => path.startsWith(`${prefix}/`))
    )
    // For operators, who do not come in by the gateway.
    expect({ addresses: addresses.length > 5, locked }).toEqual({ addresses: true, locked: ['/metrics', '/health'] })
  })
})

describe('metrics', () => {
  let served = ''
  beforeAll(async () => {
    // One call that is answered, and one that cannot be made.
    await using details = await startDetails()
    await using productpage = await startBundle('productpage', addressOf('details', details.port))
    await (await fetch(`${productpage.origin}/productpage`)).arrayBuffer()
    served = await (await fetch(`${productpage.origin}/metrics`)).text()
  })

  test.each(Object.entries(servedMetrics))('%s is served with its labels', (name, labels) => {
    const samples = [...served.matchAll(new RegExp(`^${name}(?:_count)?(?:\\{([^}]*)\\})? .*$`, 'gm'))]
    const found = samples.flatMap(([, pairs = '']) =>
      [...pairs.matchAll(/([a-z_]+)="/g)].map(([, label = '']) => label)
    )
    expect({ there: samples.length > 0, labels: [...new Set(found)].toSorted() }).toEqual({
      there: true,
      labels: labels.toSorted()
    })
  })
})

function giveStars(cookie: string): RequestInit {
  return { method: 'POST', headers: { cookie, 'content-type': 'application/json' }, body: JSON.stringify({ stars: 5 }) }
}

function withoutVersion(service: string): string {
  return service.split('-')[0] ?? ''
}

function isService(name: string): name is ServiceName {
  return serviceNames.some((service) => service === name)
}

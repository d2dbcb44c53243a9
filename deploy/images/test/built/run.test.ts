import { catalogue } from '../../src/index.ts'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import {
  addressOf,
  ask,
  askFully,
  json,
  refusingPort,
  respond,
  startTinyServer,
  type Env
} from '@bookinfo/service-kit/testing'
import { reference, startContainer, startImage } from '../support/index.ts'

const paths = { productpage: '/', details: '/health', reviews: '/health', ratings: '/health' }

/** Settings that a variant needs to start. */
const needed: Record<string, Env> = {
  'examples-bookinfo-ratings-v2': { DB_TYPE: 'sqlite', SQLITE_DB_FILE: ':memory:' }
}

describe.each(catalogue)('$name', ({ name, service, args }) => {
  test('runs as any user, on a root that it cannot write, without capabilities, and ends when asked', async () => {
    await using container = await startImage(name, needed[name])
    expect(await ask(container.origin, '/livez')).toMatchObject({ status: 200 })
    const { status, headers } = await askFully(container.origin, paths[service])
    expect([status, headers['x-service-version']]).toEqual([200, args['SERVICE_VERSION']])

    const { code, stderr } = await container.stop()
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(container.log.lines.at(-1)).toMatchObject({ msg: 'stopped' })
  })
})

test('a variant does what its settings say', async () => {
  await using ratings = await startTinyServer(respond(200, { id: 0, ratings: { Reviewer1: 5, Reviewer2: 4 } }))
  const starsOf = async (name: string) => {
    await using reviews = await startImage(name, addressOf('ratings', ratings.port))
    const { body } = await ask(reviews.origin, '/reviews/0')
    return Object(body).reviews.map(({ rating }: { rating?: unknown }) => rating)
  }
  expect(await starsOf('examples-bookinfo-reviews-v1')).toEqual([undefined, undefined])
  expect(await starsOf('examples-bookinfo-reviews-v2')).toMatchObject([{ stars: 5, color: 'black' }, { stars: 4 }])
  expect(await starsOf('examples-bookinfo-reviews-v3')).toMatchObject([{ stars: 5, color: 'red' }, { stars: 4 }])

  await using flooding = await startImage('examples-bookinfo-productpage-v-flooding', {
    ...addressOf('reviews', ratings.port),
    ...addressOf('details', ratings.port)
  })
  await ask(flooding.origin, '/productpage')
  expect(ratings.seen.filter(({ url }) => url === '/reviews/0').length).toBeGreaterThan(100)
})

test('a request in flight is answered before the container ends', async () => {
  const asked = Promise.withResolvers<() => void>()
  await using ratings = await startTinyServer((request, response) => {
    asked.resolve(() => respond(200, { id: 0, ratings: { Reviewer1: 5, Reviewer2: 4 } })(request, response))
  })
  await using reviews = await startImage('examples-bookinfo-reviews-v2', addressOf('ratings', ratings.port))
  const answer = ask(reviews.origin, '/reviews/0')
  const answerRatings = await asked.promise
  const stopped = reviews.stop()
  await expect.poll(() => reviews.log.lines.map(({ msg }) => msg)).toContain('stopping')
  answerRatings()
  expect(await answer).toMatchObject({ status: 200, body: { reviews: [{ rating: { stars: 5 } }, {}] } })
  expect(await stopped).toMatchObject({ code: 0 })
})

test("curl is in ratings, as Istio's documentation asks, and no shell", async () => {
  await using ratings = await startImage('examples-bookinfo-ratings-v1')
  const { code, stdout } = await ratings.exec('curl', '-sS', `localhost:${ratings.port}/ratings/7`)
  expect([code, JSON.parse(stdout)]).toEqual([0, { id: 7, ratings: { Reviewer1: 5, Reviewer2: 4 } }])
  // It finds its certificate authorities.
  expect((await ratings.exec('curl', '-sS', 'https://localhost:1')).stderr).toMatch(/^curl: \(7\)/)
  for (const shell of ['sh', 'bash', 'npm']) expect((await ratings.exec(shell)).stderr).toContain('not found')
})

test.each([
  ['mysql', (port: number) => ({ MYSQL_DB_PORT: String(port) })],
  ['postgres', (port: number) => ({ POSTGRES_DB_PORT: String(port) })],
  ['mongodb', (port: number) => ({ MONGO_DB_URL: `mongodb://127.0.0.1:${port}/test` })]
] as const)('ratings has the library for %s, and says when no server is there', async (type, settings) => {
  const env = { DB_TYPE: type, ...settings(await refusingPort()) }
  await using ratings = await startImage('examples-bookinfo-ratings-v2', env, { errorsExpected: true })
  expect(await ask(ratings.origin, '/ratings/7')).toEqual(json(500, { error: 'could not connect to ratings database' }))
})

test('what is wrong with a setting is said in one line', async () => {
  await expect(startImage('examples-bookinfo-details-v1', { LOG_LEVEL: 'loud' })).rejects.toThrow(
    /has ended before it listened: details: LOG_LEVEL must be one of [^\n]+\n$/
  )
})

describe('trace mode', () => {
  const soon = { OTEL_BSP_SCHEDULE_DELAY: '10' }

  test('sends spans that say that they are from a container', async () => {
    const bodies: string[] = []
    await using collector = await startTinyServer((request, response) => {
      request.setEncoding('utf8').on('data', (part: string) => bodies.push(part))
      void once(request, 'end').then(() => respond(200, {})(request, response))
    })
    await using details = await startImage('examples-bookinfo-details-v1', {
      ...soon,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.origin,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json'
    })
    await ask(details.origin, '/details/0')
    await expect.poll(() => bodies.join(''), { timeout: 20_000 }).toContain('GET /details/')
    expect(bodies.join('')).toContain('{"key":"bookinfo.runtime","value":{"stringValue":"container"}}')
  })

  test('has the legacy exporter with its interface definitions', async () => {
    await using collector = await startTinyServer(respond(202))
    await using details = await startImage('examples-bookinfo-details-v1', {
      ...soon,
      OTEL_TRACES_EXPORTER: 'jaeger',
      OTEL_EXPORTER_JAEGER_ENDPOINT: `${collector.origin}/api/traces`
    })
    await ask(details.origin, '/details/0')
    await expect.poll(() => collector.seen[0]?.url, { timeout: 20_000 }).toBe('/api/traces')
  })
})

test('the variant for kubectl exec has bash, sh, curl and tools, runs as strictly, and ends when its process is killed', async () => {
  const image = `${reference('examples-bookinfo-ratings-v1')}-debug`
  await using container = await startContainer({ image, storage: undefined })
  const outputOf = async (...command: string[]) => (await container.exec(...command)).stdout
  expect(await outputOf('bash', '-c', 'for i in {1..3}; do echo $i; done')).toBe('1\n2\n3\n')
  expect(await outputOf('sh', '-c', `curl -s ${container.origin}/livez | grep -o ok`)).toBe('ok\n')
  expect(await outputOf('ps', '-o', 'args')).toContain('node /app/main.js')
  // The chaos step of Istio's tutorial.
  await container.exec('killall', 'node')
  expect(await container.ended()).toMatchObject({ code: 0 })
})

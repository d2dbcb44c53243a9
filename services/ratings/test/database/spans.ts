import { createRecordedTracing, SpanStatusCode, type ReadableSpan } from '@bookinfo/tracing/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, refusingPort, type Env } from '@bookinfo/service-kit/testing'
import { patiently, startRatings } from '../support/index.ts'
import type { TestDatabase } from './servers/test-database.ts'

/** OpenTelemetry's number for spans of calls. */
const CLIENT = 2

const mongoRead = ['find ratings', 'find bookinfo_ratings']
const sqlRead = ['SELECT ratings', 'SELECT bookinfo_ratings']
const sqlWrite = (namespace: string, lock: string[] = []) => ({
  new: [
    'SELECT ratings',
    `BEGIN ${namespace}`,
    'UPDATE bookinfo_products',
    ...lock,
    'UPDATE bookinfo_products',
    'SELECT bookinfo_products',
    'INSERT bookinfo_products',
    'SELECT bookinfo_ratings',
    'INSERT bookinfo_ratings',
    `COMMIT ${namespace}`
  ],
  known: [
    'SELECT ratings',
    `BEGIN ${namespace}`,
    'UPDATE bookinfo_products',
    'SELECT bookinfo_ratings',
    'INSERT bookinfo_ratings',
    `COMMIT ${namespace}`
  ]
})

/** The spans below each request, in the order in which they ended. */
const expected = {
  mysql: {
    system: 'mariadb',
    missingTable: '1146',
    read: sqlRead,
    write: sqlWrite('test', ['SELECT bookinfo_schema'])
  },
  postgres: {
    system: 'postgresql',
    missingTable: '42P01',
    read: sqlRead,
    write: sqlWrite('test', ['SELECT bookinfo_schema'])
  },
  sqlite: { system: 'sqlite', missingTable: '1', read: sqlRead, write: sqlWrite('main') },
  mongodb: {
    system: 'mongodb',
    missingTable: undefined,
    read: mongoRead,
    write: {
      new: [...mongoRead, 'update bookinfo_schema', 'insert bookinfo_ratings'],
      known: [...mongoRead, 'update bookinfo_ratings']
    }
  }
}

/** What a database leaves in traces and metrics. */
export function describeSpans(kind: string, start: () => Promise<TestDatabase & { port?: number }>): void {
  describe(`spans of ratings in ${kind}`, () => {
    let database: TestDatabase & { port?: number }
    beforeAll(async () => {
      database = await start()
      await database.createOriginal([5, 4])
    })
    afterAll(() => database[Symbol.asyncDispose]())

    /** Runs requests one after the other. */
    async function record(env: Env, paths: [method: 'GET' | 'POST', path: string][], errorsExpected = false) {
      const tracing = createRecordedTracing('ratings')
      await using service = await startRatings(env, { tracing, databaseTimes: patiently }, { errorsExpected })
      const status = errorsExpected ? 503 : 200
      await expect.poll(() => ask(service.origin, '/readyz'), { timeout: 20_000 }).toMatchObject({ status })
      for (const [method, path] of paths) {
        await ask(service.origin, path, { method, ...(method === 'POST' && { body: '{"jason":3}' }) })
      }
      const { body } = await ask(service.origin, '/metrics')
      return { spans: tracing.spans(), metrics: String(body) }
    }

    test('each request has the spans of its own operations, and the regular check has none', async () => {
      const { system, read, write } = expected[database.type]
      const { spans, metrics } = await record(database.env, [
        ['POST', '/ratings/1'],
        ['POST', '/ratings/1'],
        ['GET', '/ratings/1'],
        ['GET', '/ratings/abc']
      ])
      const requests = spans.filter(({ name }) => name.endsWith('/ratings/:id'))
      const below = (parent: ReadableSpan) =>
        spans.filter(({ parentSpanContext }) => parentSpanContext?.spanId === parent.spanContext().spanId)
      const names = requests.map((request) => [request.name, below(request).map(({ name }) => name)] as const)
      // The first two may be under way at the same time.
      const sorted = ([first = '', second = '', ...others]: string[]) => [...[first, second].toSorted(), ...others]
      expect(names.map(([name, children]) => [name, sorted(children)])).toEqual([
        ['POST /ratings/:id', sorted(write.new)],
        ['POST /ratings/:id', sorted(write.known)],
        ['GET /ratings/:id', sorted(read)],
        ['GET /ratings/:id', ['', '']]
      ])
      expect(spans.length).toBe(requests.length + write.new.length + write.known.length + read.length)

      const [select] = requests.slice(2).flatMap(below)
      const [operation = '', collection] = select?.name.split(' ') ?? []
      expect(select?.kind).toBe(CLIENT)
      expect(select?.status.code).toBe(SpanStatusCode.UNSET)
      expect(select?.attributes).toEqual({
        'db.system.name': system,
        'db.namespace': database.type === 'sqlite' ? 'main' : 'test',
        'db.operation.name': operation,
        'db.collection.name': collection,
        ...(database.port !== undefined && { 'server.address': '127.0.0.1', 'server.port': database.port })
      })
      // Nothing that was asked for or given.
      expect(JSON.stringify(spans.map(({ name, attributes }) => [name, attributes]))).not.toContain('jason')
      expect(metrics).toContain('# TYPE db_client_operation_duration_seconds histogram')
      expect(metrics).toMatch(
        new RegExp(
          `^db_client_operation_duration_seconds_count\\{.*db_system_name="${system}".*db_collection_name="ratings".*\\} `,
          'm'
        )
      )
    })

    test('a failed operation names its error', async () => {
      const { missingTable } = expected[database.type]
      await database.createOriginal([5, 4])
      await record(database.env, [])
      await database.dropOriginal()
      const { spans, metrics } = await record(database.env, [['GET', '/ratings/1']])
      const failed = spans.filter(
        ({ attributes, status }) => 'db.system.name' in attributes && status.code === SpanStatusCode.ERROR
      )
      // To MongoDB a collection that is not there is an empty one.
      const codes = missingTable === undefined ? [] : [missingTable]
      expect([...new Set(failed.map(({ attributes }) => attributes['error.type']))]).toEqual(codes)
      expect([...new Set(failed.map(({ attributes }) => attributes['db.response.status_code']))]).toEqual(codes)
      expect(new Set(failed.map(({ name }) => name))).toEqual(new Set(codes.map(() => 'SELECT ratings')))
      for (const code of codes) {
        expect(metrics).toContain(`error_type="${code}"`)
        expect(metrics).toContain(`db_response_status_code="${code}"`)
      }
    })

    test('without a database only the span of the request is an error', async () => {
      const env = envAtClosedPort(database, await refusingPort())
      const { spans } = await record(env, [['GET', '/ratings/1']], true)
      const request = spans.find(({ name }) => name === 'GET /ratings/:id')
      expect(request?.status.code).toBe(SpanStatusCode.ERROR)
      expect(request?.attributes).toMatchObject({ 'http.response.status_code': 500, 'error.type': '500' })
    })
  })
}

function envAtClosedPort({ env }: TestDatabase, port: number): Env {
  const { MONGO_DB_URL: url = '' } = env
  const away = { MYSQL_DB_PORT: String(port), POSTGRES_DB_PORT: String(port), SQLITE_DB_FILE: '/nowhere/ratings.db' }
  return { ...env, ...away, ...(url !== '' && { MONGO_DB_URL: url.replace(/:[0-9]+\//, `:${port}/`) }) }
}

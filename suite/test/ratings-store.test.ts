import {
  ask,
  hang,
  refusingPort,
  startTinyServer,
  type TestResponse,
  type TestRequest
} from '@bookinfo/service-kit/testing'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { createLogFormat } from '../src/log-format.ts'
import { launch } from '../src/launch.ts'
import { changeRatings, prepareRatings } from '../src/ratings-store.ts'
import { placeSuite, ROOT } from '../src/topology.ts'
import { freeBasePort, openPorts } from './support/ports.ts'
import { startProgram } from './support/program.ts'

// Whole suites start here, beside other tests.
vi.setConfig({ testTimeout: 180_000 })

const main = 'src/main.ts'
const READY = 'in a browser. Ctrl-C stops everything.'

test.each([
  ['sqlite', {}, { DB_TYPE: 'sqlite', SQLITE_DB_FILE: join(ROOT, '.data/ratings.db') }],
  [
    'sqlite',
    { SQLITE_DB_FILE: 'stars.db', INIT_CWD: '/home/jason' },
    { DB_TYPE: 'sqlite', SQLITE_DB_FILE: '/home/jason/stars.db' }
  ],
  ['mysql', {}, { DB_TYPE: 'mysql' }],
  ['postgres', {}, { DB_TYPE: 'postgres' }],
  ['mongodb', {}, { DB_TYPE: 'mongodb', MONGO_DB_URL: 'mongodb://localhost:27017/test' }],
  ['mongodb', { MONGO_DB_URL: 'mongodb://db.example/test' }, { DB_TYPE: 'mongodb' }],
  ['mongodb', { MONGO_DB_URL_FILE: '/run/secrets/mongo' }, { DB_TYPE: 'mongodb' }]
] as const)('ratings in %s, with %j set, are v2 with %j', (store, env, expected) => {
  const ratings = placeSuite(9080, { changes: { ratings: changeRatings(store, env) } })[2]
  expect(ratings).toMatchObject({ name: 'ratings-v2', port: 9082, purpose: `stars by reviewer, in ${store}` })
  const { SERVICE_VERSION, HOSTNAME, ...rest } = ratings?.env ?? {}
  expect([SERVICE_VERSION, HOSTNAME]).toEqual(['v2', 'ratings-v2-local'])
  const database = Object.entries(rest).filter(([name]) => /^(DB_|SQLITE|MONGO|MYSQL|POSTGRES)/.test(name))
  expect(Object.fromEntries(database)).toEqual(expected)
})

test('the other services are what they were', () => {
  const changed = placeSuite(9080, { changes: { ratings: changeRatings('sqlite', {}) } })
  expect(changed.toSpliced(2, 1)).toEqual(placeSuite(9080).toSpliced(2, 1))
})

test('a server that answers is taken, and so is an address that only the library understands', async () => {
  await using server = await startTinyServer(hang)
  const env = { MYSQL_DB_HOST: '127.0.0.1', MYSQL_DB_PORT: String(server.port) }
  await expect(prepareRatings('mysql', env)).resolves.toBeUndefined()
  const mongo = { MONGO_DB_URL: 'mongodb+srv://cluster.example/test' }
  await expect(prepareRatings('mongodb', mongo)).resolves.toBeUndefined()
})

test('without a server one line says how to start one, and nothing is started', async () => {
  const basePort = await freeBasePort()
  const port = await refusingPort()
  const args = ['--base-port', String(basePort), '--ratings', 'postgres']
  await using suite = startProgram(main, args, { POSTGRES_DB_PORT: String(port) })
  expect(await suite.ended).toBe(1)
  expect(suite.stdout).toBe('')
  expect(suite.stderr).toBe(
    `bookinfo: --ratings postgres needs PostgreSQL, and nothing answers at localhost:${port}: start one (for example ` +
      'docker run --rm -p 5432:5432 -e POSTGRES_PASSWORD=secret postgres, with POSTGRES_DB_PASSWORD=secret), or say with ' +
      'POSTGRES_DB_HOST, POSTGRES_DB_PORT and POSTGRES_DB_USER where one is\n'
  )
})

test('a database that cannot be used is named as the reason why the suite does not start', async () => {
  const basePort = await freeBasePort()
  await using server = await startTinyServer((_request, response) => void response.socket?.destroy())
  const changes = {
    ratings: {
      ...changeRatings('postgres', {}),
      env: { DB_TYPE: 'postgres', POSTGRES_DB_HOST: '127.0.0.1', POSTGRES_DB_PORT: String(server.port) }
    }
  }
  const places = placeSuite(basePort, { changes }).filter(({ service }) => service === 'ratings')
  const tooLate = new AbortController()
  const starting = launch(places, {
    stop: new AbortController().signal,
    tooLate: tooLate.signal,
    verbose: false,
    showErrors: false,
    format: await createLogFormat(false, {}),
    print: (line) => line.includes('"msg":"ratings database cannot be used"') && tooLate.abort(),
    onReady: () => {}
  })
  await expect(starting).rejects.toThrow(/^ratings-v2 was not ready in time: the ratings database cannot be used: /)
  expect(await openPorts(basePort)).toEqual([])
})

test('the suite does not wait for a database that goes on refusing', async () => {
  const basePort = await freeBasePort()
  await using server = await startTinyServer((_request, response) => void response.socket?.destroy())
  const env = { DB_TYPE: 'postgres', POSTGRES_DB_HOST: '127.0.0.1', POSTGRES_DB_PORT: String(server.port) }
  const changes = { ratings: { ...changeRatings('postgres', {}), env } }
  const starting = launch(
    placeSuite(basePort, { changes }).filter(({ service }) => service === 'ratings'),
    {
      stop: new AbortController().signal,
      tooLate: new AbortController().signal,
      refusedMs: 1,
      verbose: false,
      showErrors: false,
      format: await createLogFormat(false, {}),
      print: () => {},
      onReady: () => {}
    }
  )
  await expect(starting).rejects.toThrow(/^ratings-v2 was not ready in time: the ratings database /)
  expect(await openPorts(basePort)).toEqual([])
})

test('with --ratings sqlite stars outlive the suite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bookinfo-'))
  const env = { SQLITE_DB_FILE: join(folder, 'new/ratings.db') }

  async function askOnce(question: TestRequest): Promise<TestResponse> {
    const basePort = await freeBasePort()
    await using suite = startProgram(main, ['--base-port', String(basePort), '--ratings', 'sqlite'], env)
    await suite.says(READY)
    expect(suite.stdout).toMatch(/^ {2}ratings +v2 .* stars by reviewer, in sqlite$/m)
    const answer = await ask(`http://127.0.0.1:${basePort + 2}`, '/ratings/7', question)
    suite.pressCtrlC()
    expect(await suite.ended).toBe(0)
    return answer
  }

  try {
    expect(await askOnce({ method: 'POST', body: '{"jason":3}' })).toMatchObject({ status: 200 })
    expect(await askOnce({})).toMatchObject({ status: 200, body: { ratings: { jason: 3 } } })
  } finally {
    await rm(folder, { recursive: true })
  }
})

import { serviceNames } from '@bookinfo/contracts'
import { respond, startTinyServer, type TinyServer } from '@bookinfo/service-kit/testing'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLab } from '../src/lab/lab.ts'
import { readLesson } from '../src/lessons/lesson.ts'
import { endpointOf } from '../src/mesh/choice.ts'
import { openMesh } from '../src/mesh/mesh.ts'
import { edgeName } from '../src/mesh/traffic.ts'
import { changeRatings, type RatingsChoice } from '../src/ratings-store.ts'
import { placeSuite, ROOT } from '../src/topology.ts'
import { outcomes } from './support/lesson-outcomes.ts'

const folder = join(ROOT, 'deploy/lessons')

const draws = [0.1, 0.6, 0.85, 0.95]

let servers: Map<string, TinyServer>
beforeAll(async () => {
  const names = ['details-v1', 'ratings-v1', 'ratings-v2', 'ratings-v-faulty', 'reviews-v1', 'reviews-v2', 'reviews-v3']
  servers = new Map()
  for (const name of names)
    servers.set(
      name,
      await startTinyServer(
        respond(name.endsWith('faulty') ? 503 : 200, '', { 'x-version': name.replace(/^[a-z]+-/, '') })
      )
    )
})
afterAll(async () => void (await Promise.all([...servers.values()].map((server) => server[Symbol.asyncDispose]()))))

const emptyLab = () => createLab({ ratings: 'v1', ratingsVersions: ['v1'], placeRatings: () => undefined })

/** What requests come to under a lesson: in words for each service that it names, or why it is refused. */
async function outcomeOf(file: string, ratings?: RatingsChoice): Promise<string> {
  const changes = ratings && { ratings: changeRatings(ratings, {}) }
  const places = placeSuite(9080, changes && { changes })
  const lab = emptyLab()
  const { traffic } = lab
  try {
    lab.applyLesson(readLesson(file, join(folder, file), { places, traffic }))
  } catch (error) {
    return error instanceof Error ? error.message.replace(`${file}: `, 'refused: ') : 'unknown'
  }
  let draw = 0
  let delayMs = 0
  const mesh = await openMesh({
    traffic,
    endpointsOf: (service) =>
      places
        .filter((place) => place.service === service)
        .map((place) => ({ ...endpointOf(place), port: servers.get(place.name)?.port ?? 0 })),
    reportFault: () => undefined,
    chance: () => draw,
    sleep: async (ms) => void (delayMs += ms)
  })
  /** The version that answers or the status, the delay, and what else was asked. */
  async function askAs(service: string, headers: Record<string, string>): Promise<string> {
    for (const { seen } of servers.values()) seen.length = 0
    delayMs = 0
    const port = mesh.ports.get(edgeName({ from: 'productpage', to: service }))
    const response = await fetch(`http://127.0.0.1:${port}/${service}/0`, { headers })
    const asked = [...servers].flatMap(([name, { seen }]) =>
      seen.length > 0 ? [`${name.replace(/^[a-z]+-/, '')} ${seen.length}`] : []
    )
    const more = asked.length > 1 || asked.some((words) => !words.endsWith(' 1')) ? ` (asked ${asked.join(', ')})` : ''
    return `${response.ok ? response.headers.get('x-version') : response.status}${delayMs > 0 ? ` after ${delayMs} ms` : ''}${more}`
  }
  async function askEach(service: string, headers: Record<string, string> = {}): Promise<string> {
    const answers: string[] = []
    for (draw of draws) answers.push(await askAs(service, headers))
    return new Set(answers).size === 1 ? `${answers[0]}` : answers.join(' ')
  }

  const words: string[] = []
  for (const service of serviceNames) {
    if (!traffic.rules.has(service) && !traffic.balance.has(service)) continue
    if (service === 'productpage') continue
    const [everybody, jason] = [await askEach(service), await askEach(service, { 'end-user': 'jason' })]
    const timeoutMs = traffic.rules.get(service)?.[0]?.timeoutMs
    words.push(
      `${service}: ${everybody}${jason === everybody ? '' : `, jason ${jason}`}${timeoutMs ? ` within ${timeoutMs} ms` : ''}`
    )
  }
  await mesh.close()
  return words.join('; ')
}

test('every lesson of the repository is in the table', async () => {
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.yaml'))
  expect(Object.keys(outcomes).toSorted()).toEqual(files.toSorted())
})

test.each(Object.entries(outcomes))('%s', async (file, expected) => {
  expect(await outcomeOf(file)).toBe(expected)
})

test.each([
  ['faults/ratings-v-faulty.yaml', 'v-faulty', 'refused: Deployment (apps/v1) is not supported by npm start'],
  ['resilience/retries.yaml', 'v-faulty', 'ratings: 503 (asked v-faulty 4)'],
  ['databases/ratings-mongodb.yaml', 'mongodb', 'reviews: v3; ratings: v2']
] as const)('%s with --ratings %s', async (file, ratings, expected) => {
  expect(await outcomeOf(file, ratings)).toBe(expected)
})

test.each([
  [
    'http: [{route: [{destination: {host: reviews}}], corsPolicy: {}}]',
    ': spec.http[0].corsPolicy is not supported by npm start'
  ],
  [
    'http: [{route: [{destination: {host: ratings}}]}]',
    ': spec.http[0].route[0].destination.host must be reviews for npm start, got "ratings"'
  ],
  [
    'http: [{timeout: soon, route: [{destination: {host: reviews, subset: v7}}]}]',
    ': spec.http[0].timeout must match pattern'
  ],
  [
    'http: [{route: [{destination: {host: reviews, subset: v7}}]}]',
    ': spec.http[0].route[0].destination needs reviews v7, which does not run here'
  ],
  [
    'http: [{match: [{uri: {exact: a, prefix: b}}], route: [{destination: {host: reviews}}]}]',
    ': spec.http[0].match[0].uri must not have more than 1 properties for npm start'
  ],
  ['http: []', ': spec.http must not have fewer than 1 items for npm start'],
  ['{', ' is no YAML: ']
])('%s is refused by name', async (spec, message) => {
  const temporary = await mkdtemp(join(tmpdir(), 'bookinfo-lesson-'))
  try {
    const path = join(temporary, 'mine.yaml')
    await writeFile(
      path,
      `apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: mine}\nspec:\n  hosts: [reviews]\n  ${spec}\n`
    )
    const { traffic } = emptyLab()
    const read = () => readLesson('mine.yaml', path, { places: placeSuite(9080), traffic })
    expect(read).toThrow(`mine.yaml${message}`)
  } finally {
    await rm(temporary, { recursive: true })
  }
})

test('a lesson that is not there is named', () => {
  const { traffic } = emptyLab()
  expect(() => readLesson('no.yaml', '/nowhere/no.yaml', { places: [], traffic })).toThrow(
    'the lesson no.yaml cannot be read: ENOENT'
  )
})

import type { LabState } from '@bookinfo/contracts/lab'
import { ask, respond, startTinyServer } from '@bookinfo/service-kit/testing'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { startViewer } from './support/viewer.ts'

const state: LabState = {
  edges: [
    { from: 'productpage', to: 'details' },
    {
      from: 'reviews',
      to: 'ratings',
      fault: { from: 'reviews', to: 'ratings', delayMs: 7000, percent: 50, user: '<jason>' }
    }
  ],
  split: { v1: 90, v2: 10 },
  load: { perSecond: 5 },
  services: [
    { name: 'reviews-v1', state: 'running' },
    { name: 'reviews-v2', state: 'ended', how: 'signal SIGKILL' }
  ],
  ratings: { version: 'v-delayed', versions: ['v1', 'v-delayed'] },
  lessons: ['deploy/lessons/faults/details-abort.yaml'],
  lessonFiles: ['deploy/lessons/faults/details-abort.yaml']
}

const form = (fields: Record<string, string>) => ({
  method: 'POST' as const,
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams(fields).toString()
})

test('without npm start the page says what it needs', async () => {
  await using viewer = await startViewer()
  expect(await ask(viewer.origin, '/lab')).toMatchObject({ status: 200, body: expect.stringContaining('LAB_URL') })
  expect(await ask(viewer.origin, '/lab', form({ set: 'reset' }))).toMatchObject({ status: 404 })
})

test('while the lab does not answer, or answers nonsense, the page says so', async () => {
  await using lab = await startTinyServer(respond(200, { no: 'state' }))
  await using viewer = await startViewer({ env: { LAB_URL: lab.origin } })
  expect((await ask(viewer.origin, '/lab')).body).toContain('the lab answered 200')
  lab.answerWith((request) => void request.socket.destroy())
  expect((await ask(viewer.origin, '/lab')).body).toContain('the lab does not answer')
})

test('what is set is explained, with the lesson that does the same', async () => {
  await using lab = await startTinyServer(respond(200, state))
  await using viewer = await startViewer({ env: { LAB_URL: lab.origin } })
  const { body } = await ask(viewer.origin, '/lab')
  for (const words of [
    '50 of 100 calls from reviews to ratings for &lt;jason&gt; wait 7 s. reviews v3 stops waiting after 2.5 s',
    'faults/ratings-test-delay.yaml',
    'v1 answers 90 of 100 calls to reviews, v2 answers 10 of 100 calls',
    'shifting/reviews-90-10.yaml',
    'faults/ratings-v-delayed.yaml',
    'by itself, with signal SIGKILL'
  ])
    expect(body).toContain(words)
})

test.each([
  [
    { set: 'fault', edge: 'reviews to ratings', delay: '0.5', abort: '', percent: '50', user: ' jason ' },
    '/faults',
    { from: 'reviews', to: 'ratings', delayMs: 500, percent: 50, user: 'jason' }
  ],
  [{ set: 'no-fault', edge: 'reviews to ratings', delay: '7' }, '/faults', { from: 'reviews', to: 'ratings' }],
  [{ set: 'split', v1: '90', v2: '', v3: '10' }, '/split', { v1: 90, v3: 10 }],
  [{ set: 'turns', v1: '90' }, '/split', {}],
  [{ set: 'load', perSecond: '5' }, '/load', { perSecond: 5 }],
  [{ set: 'load', perSecond: '' }, '/load', { perSecond: 0 }],
  [{ set: 'no-load', perSecond: '5' }, '/load', { perSecond: 0 }],
  [{ set: 'lesson', file: 'a.yaml' }, '/lessons', { file: 'a.yaml' }],
  [{ set: 'ratings', version: 'v-faulty' }, '/ratings', { version: 'v-faulty' }],
  [{ set: 'stop', name: 'reviews-v2' }, '/services/reviews-v2/stop', {}],
  [{ set: 'reset' }, '/reset', {}]
])('the form %j is sent to %s', async (fields, path, body) => {
  const bodies: unknown[] = []
  await using lab = await startTinyServer(async (request, response) => {
    bodies.push(JSON.parse(await text(request)))
    respond(200, state)(request, response)
  })
  await using viewer = await startViewer({ env: { LAB_URL: lab.origin } })
  expect(await ask(viewer.origin, '/lab', form(fields))).toMatchObject({ status: 303 })
  expect([lab.seen[0]?.url, bodies]).toEqual([path, [body]])
})

test('a refusal is shown, and a form of another site changes nothing', async () => {
  await using lab = await startTinyServer((request, response) =>
    (request.method === 'POST'
      ? respond(400, { error: 'spec.http[0].corsPolicy is not supported' })
      : respond(200, state))(request, response)
  )
  await using viewer = await startViewer({ env: { LAB_URL: lab.origin } })
  const refused = await ask(viewer.origin, '/lab', form({ set: 'reset' }))
  expect(refused).toMatchObject({
    status: 400,
    body: expect.stringContaining('spec.http[0].corsPolicy is not supported')
  })
  lab.seen.length = 0
  const foreign = form({ set: 'reset' })
  const headers = { ...foreign.headers, 'sec-fetch-site': 'cross-site' }
  expect((await ask(viewer.origin, '/lab', { ...foreign, headers })).status).toBe(403)
  expect(lab.seen).toEqual([])
})

import { openLessonMesh, type LessonMesh } from '@bookinfo/suite/testing'
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { forwardGateway } from '../support/gateway.ts'
import { runInPod } from '../support/kubectl.ts'
import { applyLesson, headOf, lessonPath, undoLesson } from '../support/lesson.ts'
import { installOverlay, removeOverlay } from '../support/overlay.ts'
import { expectShare, until } from '../support/poll.ts'
import { logOf } from '../support/sidecar.ts'
import { untilWhole } from '../support/whole.ts'

// The lab of npm start and Envoy behind istiod get the same lessons and the same requests.

/** Of so many requests, 4.5 standard deviations of 90/10 are 0.95 percentage points; of 10,000 they would be 1.35. */
const WITHIN_A_POINT = Number(process.env['BOOKINFO_TRIES'] ?? 20_000)
/** Here they are 3.6 points of 50/50, and 1.7 of one in sixteen. */
const MANY = Math.min(4_000, WITHIN_A_POINT)
const FEW = 40
/** Requests that are sent at once, so that each waits for its delay at the same time. */
const AT_ONCE = 8

interface Case {
  file: string
  service: string
  headers?: Record<string, string>
  tries?: number
  /** Milliseconds from which on an answer counts as late. */
  lateMs?: number
  /** Shares of status and version. */
  expected: Record<string, number>
}

const jason = { 'end-user': 'jason' }
const cases: Case[] = [
  { file: 'routing/all-v1.yaml', service: 'reviews', expected: { '200 v1': 1 } },
  { file: 'routing/reviews-test-v2.yaml', service: 'reviews', expected: { '200 v1': 1 } },
  { file: 'routing/reviews-test-v2.yaml', service: 'reviews', headers: jason, expected: { '200 v2': 1 } },
  {
    file: 'shifting/reviews-90-10.yaml',
    service: 'reviews',
    tries: WITHIN_A_POINT,
    expected: { '200 v1': 0.9, '200 v2': 0.1 }
  },
  { file: 'faults/details-abort.yaml', service: 'details', expected: { '555': 1 } },
  { file: 'faults/ratings-half.yaml', service: 'ratings', tries: MANY, expected: { '200 v1': 0.5, '503': 0.5 } },
  { file: 'faults/ratings-test-delay.yaml', service: 'ratings', expected: { '200 v1': 1 } },
  {
    file: 'faults/ratings-test-delay.yaml',
    service: 'ratings',
    headers: jason,
    tries: AT_ONCE,
    lateMs: 6_900,
    expected: { '200 v1 late': 1 }
  },
  { file: 'faults/request-timeout.yaml', service: 'reviews', expected: { '504': 1 } },
  {
    file: 'resilience/retries.yaml',
    service: 'ratings',
    tries: MANY,
    expected: { '200 v-faulty': 1 - 0.5 ** 4, '503 v-faulty': 0.5 ** 4 }
  }
]

beforeAll(async () => {
  await installOverlay('istio')
  await untilWhole(() => forwardGateway('istio'))
})
afterAll(() => removeOverlay('istio'))

const named = cases.map((one) => ({ ...one, reader: one.headers ? 'jason' : 'any reader' }))

test.each(named)('$file: $service answers $reader alike in Istio and in the lab', async (each) => {
  const { file, service, headers = {}, tries = FEW, lateMs = Infinity, expected } = each
  const outcomes = Object.keys(expected).toSorted()
  await using lab = await openLab(file)
  try {
    await applyLesson(file)
    const inIstio = (times: number) => askInIstio(service, { headers, times, lateMs })
    const seen = async () => Object.keys(await inIstio(Math.min(tries, FEW))).toSorted()
    await until(seen).toEqual(outcomes)
    const counts = { Istio: await inIstio(tries), lab: await askInLab(lab, service, { headers, times: tries, lateMs }) }
    for (const [mesh, count] of Object.entries(counts)) {
      expect(Object.keys(count).toSorted()).toEqual(outcomes)
      for (const [outcome, share] of Object.entries(expected))
        expectShare(`${mesh}, ${outcome}`, { found: count[outcome] ?? 0, tries, share })
    }
  } finally {
    await undoLesson(file, 'istio')
  }
})

test('mirroring/reviews-v3.yaml: v1 answers and v3 gets a copy of each request alike in Istio and in the lab', async () => {
  const file = 'mirroring/reviews-v3.yaml'
  const traceId = randomBytes(16).toString('hex')
  const asked = { headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` }, times: FEW, lateMs: Infinity }
  await using lab = await openLab(file)
  try {
    await applyLesson(file)
    const others = { ...asked, headers: {} }
    await until(() => askInIstio('reviews', others)).toEqual({ '200 v1': FEW })
    const started = new Date()
    expect(await askInIstio('reviews', asked)).toEqual({ '200 v1': FEW })
    expect(await askInLab(lab, 'reviews', asked)).toEqual({ '200 v1': FEW })
    const copies = async () => {
      const lines = await logOf('deployment/reviews-v3', 'reviews', started)
      return lines.filter((line) => line.includes('request completed') && line.includes(traceId)).length
    }
    await until(copies).toBe(FEW)
    await until(() => lab.seenBy('reviews-v3').length).toBe(FEW)
  } finally {
    await undoLesson(file, 'istio')
  }
})

/** The lab with a lesson and those before it. What brings a Deployment of ratings is an option of `npm start`. */
function openLab(file: string): Promise<LessonMesh> {
  const files = [...headOf(file, 'After'), file]
  const lessons = files.filter((each) => each !== 'faults/ratings-v-faulty.yaml').map(lessonPath)
  return openLessonMesh(lessons, lessons.length < files.length ? 'v-faulty' : undefined)
}

interface Asked {
  headers: Record<string, string>
  times: number
  lateMs: number
}

async function askInIstio(service: string, asked: Asked): Promise<Record<string, number>> {
  return readCounts(await runInPod('deployment/productpage-v1', askMany(`http://${service}:9080/${service}/0`, asked)))
}

async function askInLab(lab: LessonMesh, service: string, asked: Asked): Promise<Record<string, number>> {
  const script = askMany(`${lab.originOf(service)}/${service}/0`, asked)
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script])
  return readCounts(stdout)
}

/** A script for Node: sends requests, and prints how often each outcome came. */
function askMany(url: string, { headers, times, lateMs }: Asked): string {
  return `
    const counts = {}
    let left = ${times}
    const ask = async () => {
      while (left-- > 0) {
        const started = performance.now()
        const response = await fetch('${url}', { headers: ${JSON.stringify(headers)} })
        await response.arrayBuffer()
        const late = performance.now() - started > ${lateMs} && 'late'
        const words = [response.status, response.headers.get('x-service-version'), late].filter(Boolean).join(' ')
        counts[words] = (counts[words] ?? 0) + 1
      }
    }
    await Promise.all(Array.from({ length: ${AT_ONCE} }, ask))
    console.log(JSON.stringify(counts))`
}

function readCounts(output: string): Record<string, number> {
  const counts: Record<string, number> = JSON.parse(output)
  return counts
}

import { afterAll, beforeAll, expect, test } from 'vitest'
import { startHog } from './support/hog.ts'
import { forward, kubectl } from './support/kubectl.ts'
import { installOverlay, removeOverlay, type Pod } from './support/overlay.ts'
import { untilWhole } from './support/whole.ts'

/** Longer than a liveness probe takes to end a container: twelve failures, one every ten seconds. */
const STARVED_MS = 150_000
/** Threads that take all the CPU that they get. */
const THREADS = 16
/** More than all pods of the suite and Jaeger ask for together, so that these get little more than that. */
const CPU_OF_HOG = '800m'
/** A reader would have given up. */
const PAGE_MS = 20_000

beforeAll(async () => {
  await installOverlay('kubernetes')
  await untilWhole(() => forward('productpage', 9080))
})
afterAll(() => removeOverlay('kubernetes'))

test('on a node without free CPU pages still come, no container is restarted, and all pods are ready afterwards', async () => {
  const before = (await readPods()).filter(isReady)
  process.stdout.write(`starved: ${before.map(({ metadata }) => metadata.name).join(', ')}\n`)
  expect(before.length).toBeGreaterThanOrEqual(6)
  const times = await whileStarved(readPages)
  const slowest = Math.round(Math.max(...times))
  process.stdout.write(`${times.length} pages in ${STARVED_MS / 1000} s, the slowest in ${slowest} ms\n`)
  expect(times.length).toBeGreaterThan(STARVED_MS / PAGE_MS)

  const names = (pods: readonly Pod[]) => pods.map(({ metadata }) => metadata.name).toSorted()
  await expect.poll(async () => names((await readPods()).filter(isReady)), { timeout: 60_000 }).toEqual(names(before))
  const statuses = (await readPods()).flatMap(({ status }) => status.containerStatuses)
  expect(statuses.filter(({ restartCount }) => restartCount > 0)).toEqual([])
})

/** One page after the other. @returns how long each took, in milliseconds */
async function readPages(): Promise<number[]> {
  await using way = await forward('productpage', 9080)
  const times: number[] = []
  const started = performance.now()
  while (performance.now() - started < STARVED_MS) {
    const asked = performance.now()
    const response = await fetch(`${way.url}/productpage`, { signal: AbortSignal.timeout(PAGE_MS) })
    await response.arrayBuffer()
    expect(response.status).toBe(200)
    times.push(performance.now() - asked)
  }
  return times
}

async function whileStarved<T>(work: () => Promise<T>): Promise<T> {
  await using others = new AsyncDisposableStack()
  others.use(await startHog(THREADS, CPU_OF_HOG))
  return await work()
}

/** Jaeger's too, whose image a cluster may not have. */
async function readPods(): Promise<Pod[]> {
  const { stdout } = await kubectl(['-n', 'bookinfo', 'get', 'pods', '--output=json'])
  const { items }: { items: Pod[] } = JSON.parse(stdout)
  return items
}

function isReady({ status }: Pod): boolean {
  return status.containerStatuses.every(({ ready }) => ready)
}

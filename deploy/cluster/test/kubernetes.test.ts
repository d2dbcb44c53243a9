import { afterAll, beforeAll, expect, test } from 'vitest'
import { forward, kubectl, runInPod } from './support/kubectl.ts'
import { measureCpu, measureMemory, type Cpu, type Memory } from './support/memory.ts'
import { callWithoutSidecar } from './support/outsider.ts'
import { installOverlay, pods, removeOverlay } from './support/overlay.ts'
import { ENOUGH, untilWhole } from './support/whole.ts'

/**
 * Without a mesh a Service chooses a pod for each connection, and productpage keeps a connection for a second
 * at most. 10 pages are enough for most runs.
 */
const MOST_PAGES = ENOUGH * 32

/** No service of Node gets by with less. */
const LEAST_MIB = 20

let warnings = ''

beforeAll(async () => {
  warnings = await installOverlay('kubernetes')
  await untilWhole(() => forward('productpage', 9080))
})
afterAll(() => removeOverlay('kubernetes'))

test('all pods of the suite are ready without a restart, and the cluster has warned of nothing', async () => {
  const statuses = (await pods()).flatMap(({ status }) => status.containerStatuses)
  expect(warnings).toBe('')
  expect(statuses.length).toBeGreaterThanOrEqual(6)
  expect(statuses.filter(({ ready, restartCount }) => !ready || restartCount > 0)).toEqual([])
})

test('the page is shown by the way in that the README names, with all three versions of reviews', async () => {
  await using way = await forward('productpage', 9080)
  const seen = new Set<string>()
  for (let page = 0; page < MOST_PAGES && seen.size < 3; page++) {
    const response = await fetch(`${way.url}/productpage`)
    const html = await response.text()
    expect(response.status).toBe(200)
    expect(html).not.toContain('currently unavailable')
    seen.add(/>reviews (v\d)</.exec(html)?.[1] ?? 'no version')
  }
  expect([...seen].toSorted()).toEqual(['v1', 'v2', 'v3'])
})

test('the namespace refuses a pod that is not restricted', async () => {
  const refused = kubectl(['-n', 'bookinfo', 'run', 'free', '--image=pause', '--privileged', '--dry-run=server'])
  await expect(refused).rejects.toThrow('violates PodSecurity "restricted:latest"')
})

test('network policies allow the calls of the call graph, and no others', async () => {
  const call = (url: string) => `console.log(await fetch('${url}').then(({ status }) => status, () => 'refused'))`
  expect(await runInPod('deployment/productpage-v1', call('http://details:9080/details/0'))).toBe('200')
  expect(await runInPod('deployment/reviews-v3', call('http://ratings:9080/ratings/0'))).toBe('200')
  expect(await runInPod('deployment/ratings-v1', call('http://details:9080/details/0'))).toBe('refused')
  expect(await runInPod('deployment/details-v1', call('http://ratings:9080/ratings/0'))).toBe('refused')
  // Other namespaces may call productpage alone.
  expect(await callWithoutSidecar('http://productpage.bookinfo:9080/health')).toMatch(/^200 /)
  expect(await callWithoutSidecar('http://details.bookinfo:9080/health')).toBe('refused')
})

test('no service can write to its root, or runs as root', async () => {
  const script = `
    import { writeFileSync } from 'node:fs'
    const write = () => { try { writeFileSync('/file', ''); return 'written' } catch (error) { return error.code } }
    console.log(write(), process.getuid())`
  for (const service of ['productpage-v1', 'details-v1', 'reviews-v1', 'ratings-v1'])
    expect(await runInPod(`deployment/${service}`, script)).toMatch(/^EROFS [1-9]\d*$/)
})

test('pods use less memory than they ask for', async () => {
  await expect.poll(measureMemory, { timeout: 60_000, interval: 3000 }).toSatisfy((all: Memory[]) =>
    // The first figures are of pods that have hardly started.
    all.every(({ usedMiB }) => usedMiB >= LEAST_MIB)
  )
  const all = await measureMemory()
  for (const { pod, usedMiB, askedMiB } of all) process.stdout.write(`${pod}: ${usedMiB} of ${askedMiB} MiB\n`)
  expect(all.filter(({ usedMiB, askedMiB }) => usedMiB > askedMiB)).toEqual([])
})

test('pods that nobody calls use less of a CPU than they ask for, probes included', async () => {
  let all: Cpu[] = []
  const look = async () => (all = await measureCpu())
  // The start takes more, and is in the first figures.
  await expect
    .poll(look, { timeout: 120_000, interval: 3000 })
    .toSatisfy((each: Cpu[]) => each.every(({ usedMilli, askedMilli }) => usedMilli <= askedMilli))
  for (const { pod, usedMilli, askedMilli } of all)
    process.stdout.write(`${pod}: ${usedMilli} of ${askedMilli} thousandths of a CPU\n`)
})

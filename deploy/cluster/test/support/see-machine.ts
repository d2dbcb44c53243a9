import { expect } from 'vitest'
import { forwardGateway } from './gateway.ts'
import { kubectl } from './kubectl.ts'
import { detailsPods, type Runtime } from './machine.ts'
import { bound, expectShare, until } from './poll.ts'
import { readerAt, type Reader } from './reader.ts'
import { product, TRIES } from './see.ts'
import { ENOUGH } from './whole.ts'

/** A request for details that was answered, in the metrics that a service's sidecar passes on. */
const ANSWERED = /^http_server_request_duration_seconds_count\{[^}]*http_route="\/details[^}]*\} (\d+)$/gm

/** Longer than an emulated machine takes for one request. */
const SETTLED_MS = 1_000

/** How many requests for details container and machine have answered since they started. */
export async function countAnswers(): Promise<Record<Runtime, number>> {
  const [container, vm] = await Promise.all([answersOf('container'), answersOf('vm')])
  return { container, vm }
}

/** The same, once no more come in: readers do not wait for the answers to mirrored requests. */
export async function settledAnswers(): Promise<Record<Runtime, number>> {
  let counts = await countAnswers()
  await until(async () => {
    const before = counts
    counts = await countAnswers()
    return before.container === counts.container && before.vm === counts.vm
  }, SETTLED_MS).toBe(true)
  return counts
}

async function answersOf(runtime: Runtime): Promise<number> {
  let sum = 0
  for (const { name } of await detailsPods(runtime)) {
    const path = `/api/v1/namespaces/bookinfo/pods/${name}:15020/proxy/stats/prometheus`
    const { stdout } = await kubectl(['get', '--raw', path])
    for (const [, count] of stdout.matchAll(ANSWERED)) sum += Number(count)
  }
  return sum
}

/** Asks for details until the machine answers. */
export async function untilMachineAnswers(): Promise<void> {
  await using way = await forwardGateway('istio')
  const reader = readerAt(way.url)
  const before = await countAnswers()
  await until(async () => {
    await reader.ask(product)
    return (await countAnswers()).vm - before.vm
  }).toBeGreaterThan(0)
}

/** Waits until the machine gets a share of the requests for details, and the container the others. Then counts more of them. */
export async function seeMachineShare(reader: Reader, share: number): Promise<void> {
  await until(async () => {
    const { found, tries } = await countShare(reader, ENOUGH)
    const { least, most } = bound(tries, share)
    return tries >= ENOUGH && found >= least && found <= most
  }).toBe(true)
  expectShare('answered by the machine', { ...(await countShare(reader, TRIES)), share })
}

/** Asks for details. Others may ask at the same time. @returns how many were answered, and how many of them by the machine */
async function countShare(reader: Reader, requests: number): Promise<{ found: number; tries: number }> {
  const before = await countAnswers()
  for (let request = 0; request < requests; request++) expect((await reader.ask(product)).status).toBe(200)
  const after = await countAnswers()
  const found = after.vm - before.vm
  return { found, tries: found + after.container - before.container }
}

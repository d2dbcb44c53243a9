import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { forwardGateway } from '../support/gateway.ts'
import { GATEWAY, settledTrace, type Trace } from '../support/jaeger.ts'
import { kubectl } from '../support/kubectl.ts'
import { installOverlay, OVERLAYS, removeOverlay, waitForDeployments } from '../support/overlay.ts'
import { lessonPath } from '../support/lesson.ts'
import { count, readerAt } from '../support/reader.ts'
import { seeOnly } from '../support/see.ts'
import { untilWhole } from '../support/whole.ts'

const services = ['productpage', 'details', 'reviews', 'ratings']
const sidecars = services.map((name) => `${name}.bookinfo`)

beforeAll(async () => {
  await installOverlay('istio')
  await kubectl(['-n', 'bookinfo', 'rollout', 'status', 'deployment/jaeger', '--timeout=120s'])
  await untilWhole(() => forwardGateway('istio'))
  // Reviews v3 have stars, so each page calls all four services.
  await kubectl(['apply', '-f', lessonPath('shifting/reviews-v3.yaml')])
})
afterAll(async () => {
  await kubectl(['delete', '-f', lessonPath('shifting/reviews-v3.yaml')])
  await removeOverlay('istio')
})

test('when services forward tracing headers, a page is one trace of the gateway and the sidecars', async () => {
  const trace = await traceOfPage()
  // A gateway and a sidecar have a span for what comes in, and one for each call that goes out.
  expect(count(trace.map(({ service }) => service))).toEqual({
    [GATEWAY]: 2,
    'productpage.bookinfo': 3,
    'details.bookinfo': 1,
    'reviews.bookinfo': 2,
    'ratings.bookinfo': 1
  })
})

test('when services make spans too, these lie in the same trace between those of the sidecars', async () => {
  await addTraceMode()
  const trace = await traceOfPage()
  expect(new Set(trace.map(({ service }) => service))).toEqual(new Set([GATEWAY, ...sidecars, ...services]))
  const serviceOf = (id: string | undefined) => trace.find((span) => span.id === id)?.service
  for (const { parent, service, kind } of trace.filter((span) => services.includes(span.service))) {
    const expected = kind === 'server' ? `${service}.bookinfo` : service
    expect([service, kind, serviceOf(parent)]).toEqual([service, kind, expected])
  }
})

/** Asks for one page, and reads its trace. Expects the root to be the gateway's span, and every other span to have its parent. */
async function traceOfPage(): Promise<Trace> {
  await using way = await forwardGateway('istio')
  const reader = readerAt(way.url)
  await seeOnly(reader, 'red')
  const since = new Date()
  expect((await reader.ask('/productpage')).body).toContain('glyphicon-star')
  const trace = await settledTrace(since)
  const ids = new Set(trace.map(({ id }) => id))
  expect(trace.filter(({ parent }) => parent === undefined)).toMatchObject([{ service: GATEWAY }])
  expect(trace.filter(({ parent }) => parent !== undefined && !ids.has(parent))).toEqual([])
  process.stdout.write(`  ${trace.length} spans of ${new Set(trace.map(({ service }) => service)).size} names\n`)
  return trace
}

async function addTraceMode(): Promise<void> {
  // kustomize reads no folder outside of the one with the kustomization, but for paths relative to it.
  const folder = mkdtempSync(join(OVERLAYS, 'trace-mode-'))
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    namespace: 'bookinfo',
    resources: ['../istio'],
    components: ['../../components/trace-mode']
  }
  try {
    writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization))
    await kubectl(['apply', '-k', folder])
  } finally {
    rmSync(folder, { recursive: true })
  }
  await waitForDeployments()
}

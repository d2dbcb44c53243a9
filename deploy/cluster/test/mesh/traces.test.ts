import { afterAll, beforeAll, expect, test } from 'vitest'
import { forwardGateway } from '../support/gateway.ts'
import { GATEWAY } from '../support/jaeger.ts'
import { kubectl } from '../support/kubectl.ts'
import { applyCombination, installOverlay, removeOverlay, waitForDeployments } from '../support/overlay.ts'
import { lessonPath } from '../support/lesson.ts'
import { traceOfPage } from '../support/page-trace.ts'
import { count } from '../support/reader.ts'
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
  await applyCombination({ resources: ['../istio'], components: ['../../components/trace-mode'] })
  await waitForDeployments()
  const trace = await traceOfPage()
  expect(new Set(trace.map(({ service }) => service))).toEqual(new Set([GATEWAY, ...sidecars, ...services]))
  const serviceOf = (id: string | undefined) => trace.find((span) => span.id === id)?.service
  for (const { parent, service, kind } of trace.filter((span) => services.includes(span.service))) {
    const expected = kind === 'server' ? `${service}.bookinfo` : service
    expect([service, kind, serviceOf(parent)]).toEqual([service, kind, expected])
  }
})

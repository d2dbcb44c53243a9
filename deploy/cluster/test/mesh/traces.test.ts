import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { forwardGateway } from '../support/gateway.ts'
import { GATEWAY, type Trace } from '../support/jaeger.ts'
import { kubectl } from '../support/kubectl.ts'
import {
  applyCombination,
  installOverlay,
  OVERLAYS,
  removeOverlay,
  waitForDeployments,
  type Combination
} from '../support/overlay.ts'
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
  await applyCombination(traceMode)
  await waitForDeployments()
  const trace = await traceOfPage()
  expect(namesIn(trace)).toEqual(everybody)
  expect(misplacedIn(trace)).toEqual([])
})

test('the same with spans by the legacy exporter for Jaeger, beside those of the sidecars by OTLP', async () => {
  await applyCombination(byLegacyExporter())
  await kubectl(['-n', 'bookinfo', 'rollout', 'status', 'deployment', '--timeout=300s'])
  const trace = await traceOfPage()
  expect(namesIn(trace)).toEqual(everybody)
  expect(misplacedIn(trace)).toEqual([])
})

const traceMode: Combination = { resources: ['../istio'], components: ['../../components/trace-mode'] }

const everybody = [GATEWAY, ...sidecars, ...services].toSorted()

function namesIn(trace: Trace): string[] {
  return [...new Set(trace.map(({ service }) => service))].toSorted()
}

/** Spans of services that do not lie where they belong: what comes in below the own sidecar's span, what goes out below the own. */
function misplacedIn(trace: Trace): Trace {
  const serviceOf = (id: string | undefined) => trace.find((span) => span.id === id)?.service
  const own = trace.filter((span) => services.includes(span.service))
  return own.filter(
    ({ parent, service, kind }) => serviceOf(parent) !== (kind === 'server' ? `${service}.bookinfo` : service)
  )
}

/** Jaeger has its receiver for Thrift by HTTP on, which the component leaves off, and the services send to it. */
function byLegacyExporter(): Combination {
  const config = readFileSync(join(OVERLAYS, '../components/jaeger/config.yaml'), 'utf8')
    .replace('receivers: [otlp]', 'receivers: [otlp, jaeger]')
    .replace(/^receivers:$/m, 'receivers:\n  jaeger:\n    protocols:\n      thrift_http: {endpoint: "[::]:14268"}')
  const port = [{ op: 'add', path: '/spec/ports/-', value: { name: 'http-thrift', port: 14268 } }]
  const endpoint = 'OTEL_EXPORTER_JAEGER_ENDPOINT=http://jaeger-collector:14268/api/traces'
  return {
    ...traceMode,
    configMapGenerator: [
      { name: 'jaeger', behavior: 'merge', literals: [`config.yaml=${config}`] },
      { name: 'bookinfo-settings', behavior: 'merge', literals: ['OTEL_TRACES_EXPORTER=jaeger', endpoint] }
    ],
    patches: [{ target: { kind: 'Service', name: 'jaeger-collector' }, patch: JSON.stringify(port) }]
  }
}

import {
  at,
  keysOf,
  meshes,
  objectsOf,
  readManifests,
  stores,
  text,
  title,
  type Manifest
} from '@bookinfo/deploy-check'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { helm, openChart, withoutJaeger, type Chart } from './support/helm.ts'
import { kubectl } from './support/kubectl.ts'
import { OVERLAYS, removeOverlay } from './support/overlay.ts'

/** Every mesh without a database, every store with Istio, and two pairs more. */
const choices = [
  ...keysOf(meshes).map((mesh) => ({ mesh, store: 'memory' as const })),
  ...keysOf(stores).map((store) => ({ mesh: 'istio' as const, store })),
  { mesh: 'none', store: 'postgres' } as const,
  { mesh: 'openshift', store: 'mysql' } as const
]

let chart: Chart

beforeAll(() => {
  chart = openChart()
})
afterAll(() => chart[Symbol.dispose]())

describe('the chart, rendered', () => {
  test('helm lint finds no fault', async () => {
    expect(await helm(['lint', '--strict', chart.folder])).toContain('1 chart(s) linted, 0 chart(s) failed')
  })

  test.each(choices)('has the objects that kustomize makes: mesh $mesh, store $store', async ({ mesh, store }) => {
    const all = await render(`mesh=${mesh},ratings.store=${store}`)
    expect(byTitle(all)).toEqual(byTitle(objectsOf({ mesh, store })))
  })

  test('has no other versions of reviews than the given ones', async () => {
    const names = (await render('reviews.versions={v1,v3}')).map(title)
    expect(names.filter((name) => name.startsWith('Deployment/reviews-'))).toEqual([
      'Deployment/reviews-v1',
      'Deployment/reviews-v3'
    ])
  })

  test('takes images from a registry, by a tag', async () => {
    const all = await render('image.hub=registry.example.com/me/,image.tag=1.2.3-debug,tracing.jaeger=false')
    const images = all.map(({ body }) => at(body, 'spec.template.spec.containers.0.image')).filter(Boolean)
    expect(images).toHaveLength(6)
    expect(
      images.filter((image) => !/^registry\.example\.com\/me\/examples-.*:1\.2\.3-debug$/.test(text(image)))
    ).toEqual([])
  })

  test('has no Jaeger and no spans of services if it must not', async () => {
    const all = await render('tracing.jaeger=false,tracing.services=false')
    expect(all.map(title).filter((name) => name.includes('jaeger'))).toEqual([])
    expect(JSON.stringify(all)).not.toContain('OTEL_EXPORTER_OTLP_ENDPOINT')
  })

  test('gives every service the settings, beside its own', async () => {
    const all = await render('settings.LOG_LEVEL=debug')
    const suite = all.filter(({ kind, name }) => kind === 'Deployment' && name !== 'jaeger')
    const variables = suite.map(({ body }) => JSON.stringify(at(body, 'spec.template.spec.containers.0.env')))
    expect(suite).toHaveLength(6)
    expect(variables.filter((each) => !each.includes('{"name":"LOG_LEVEL","value":"debug"}'))).toEqual([])
    expect(variables.filter((each) => each.includes('SESSION_SECRET'))).toHaveLength(1)
  })

  test.each(['mesh=linkerd', 'ratings.store=redis', 'reviews.versions={v4}', 'tracing.jager=true'])(
    'refuses a value that it does not know: %s',
    async (value) => {
      await expect(render(value)).rejects.toThrow("values don't meet the specifications of the schema")
    }
  )
})

describe('the chart in a cluster', () => {
  beforeAll(async () => {
    await kubectl(['apply', '-k', join(OVERLAYS, 'kubernetes')])
  })
  afterAll(() => removeOverlay('kubernetes'))

  test('kubectl diff finds no difference to the overlay', async () => {
    const diff = await kubectl(
      ['-n', 'bookinfo', 'diff', '--filename', '-'],
      await chart.helm('template', ['--no-hooks'])
    )
    expect(diff.stdout).toBe('')
  })

  test('takes over the overlay, shows the page to helm test, drops a version, and leaves nothing', async () => {
    const options = ['--wait=watcher', '--timeout', '5m', ...withoutJaeger]
    await chart.helm('install', [...options, '--take-ownership'])
    const results = await helm(['test', 'bookinfo', '--namespace', 'bookinfo', '--logs'])
    expect(results).toContain('http://productpage:9080/productpage shows the whole page')
    await chart.helm('upgrade', [...options, '--set', 'reviews.versions={v1,v3}'])
    const names = ['-n', 'bookinfo', 'get', 'deployments', '--output', 'name', '--selector']
    const reviews = await kubectl([...names, 'app=reviews'])
    expect(reviews.stdout).toBe('deployment.apps/reviews-v1\ndeployment.apps/reviews-v3\n')
    await helm(['uninstall', 'bookinfo', '--namespace', 'bookinfo', '--wait', '--timeout', '3m'])
    const left = await kubectl([...names, 'app.kubernetes.io/part-of=bookinfo,app!=jaeger'])
    expect(left.stdout).toBe('')
  })
})

async function render(values: string): Promise<Manifest[]> {
  return readManifests(await chart.helm('template', ['--no-hooks', '--set', values]))
}

function byTitle(manifests: readonly Manifest[]): Record<string, unknown> {
  return Object.fromEntries(manifests.map((manifest) => [title(manifest), manifest.body]))
}

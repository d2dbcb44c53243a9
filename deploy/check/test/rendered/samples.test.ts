import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { check, schemasWith } from '../../src/checks.ts'
import { dictionary, at } from '../../src/json.ts'
import { readManifests, title, type Manifest } from '../../src/manifest.ts'
import { renderSamples } from '../../src/samples/render.ts'
import { readSample, sampleChecks, SAMPLES } from '../../src/samples/checks.ts'

const SUITE = 'platform/kube/bookinfo.yaml'
const versions = ['reviews-v1', 'reviews-v2', 'reviews-v3']

test('the generated samples are fresh; npm run samples writes them', async () => {
  const files = await renderSamples({ hub: '' })
  const inGit = globSync('**/*.yaml', { cwd: SAMPLES })
    .filter(isGenerated)
    .map((file) => [file, readFileSync(join(SAMPLES, file), 'utf8')])
  expect(Object.fromEntries(inGit)).toEqual(files)
})

test('a release names the images of its registry, and no others of the suite', async () => {
  const { [SUITE]: yaml = '' } = await renderSamples({ hub: 'registry.example.com/me', tag: 'v1' })
  const images = [...yaml.matchAll(/image: (\S+)/g)].map(([, image]) => image)
  expect(images).toEqual(
    ['details-v1', 'ratings-v1', ...versions, 'productpage-v1'].map(
      (name) => `registry.example.com/me/examples-bookinfo-${name}:v1`
    )
  )
})

test('the names of the original are there', () => {
  const names = globSync('**/*.{yaml,sh}', { cwd: SAMPLES }).map((file) => file.split('/').slice(0, -1).join('/'))
  const count = (folder: string) => names.filter((name) => name === folder).length
  expect({ networking: count('networking'), kube: count('platform/kube'), gatewayApi: count('gateway-api') }).toEqual({
    networking: 21,
    kube: 22,
    gatewayApi: 6
  })
})

describe('bookinfo.yaml answers the commands of the documentation as the original does', () => {
  const suite = readSample(SUITE)

  test('no object has a namespace, and none is a policy', () => {
    expect(suite.filter(({ body }) => at(body, 'metadata.namespace') !== undefined)).toEqual([])
    expect([...new Set(suite.map(({ kind }) => kind))]).toEqual(['Service', 'ServiceAccount', 'Deployment'])
  })

  test.each([
    [
      '-l app=reviews,version=v2',
      (labels: Labels) => labels['app'] === 'reviews' && labels['version'] === 'v2',
      ['reviews-v2']
    ],
    ['-l account=reviews', (labels: Labels) => labels['account'] === 'reviews', ['bookinfo-reviews']],
    ['-l service=reviews', (labels: Labels) => labels['service'] === 'reviews', ['reviews']]
  ])('%s', (_, matches, names) => {
    expect(suite.filter(({ labels }) => matches(labels)).map(({ name }) => name)).toEqual(names)
  })

  test('-l version!=v2,version!=v3 leaves out two versions of reviews alone', () => {
    const left = suite.filter(({ labels }) => ['v2', 'v3'].includes(labels['version'] ?? ''))
    expect(left.map(title)).toEqual(['Deployment/reviews-v2', 'Deployment/reviews-v3'])
  })

  test("sed 's/replicas: 1/replicas: 3/g' scales every Deployment", () => {
    const deployments = changed('s/replicas: 1/replicas: 3/g').filter(({ kind }) => kind === 'Deployment')
    expect(deployments.map(({ body }) => at(body, 'spec.replicas'))).toEqual(Array.from({ length: 6 }, () => 3))
  })

  test("sed 's/app: reviews/app: reviews_test/' gives a version pods of its own", () => {
    const found = changed('s/app: reviews/app: reviews_test/').find(({ name }) => name === 'reviews-v2')
    const labels = ['metadata.labels', 'spec.selector.matchLabels', 'spec.template.metadata.labels']
    expect(labels.map((path) => dictionary(at(found?.body, path))['app'])).toEqual(labels.map(() => 'reviews_test'))
  })
})

test('a sample lifts no rule without need', () => {
  const checkSchema = schemasWith(process.env['BOOKINFO_CRDS'])
  const idle = sampleChecks().flatMap(({ name, world }) => {
    const { expect: expected, ...rest } = world()
    const broken = new Set(check({ ...rest, expect: { ...expected, lifted: [] } }, checkSchema).map(({ rule }) => rule))
    return (expected.lifted ?? []).filter((rule) => !broken.has(rule)).map((rule) => `${name}: ${rule}`)
  })
  expect(idle).toEqual([])
})

type Labels = Manifest['labels']

function isGenerated(file: string): boolean {
  return readFileSync(join(SAMPLES, file), 'utf8').startsWith('# Made by')
}

function changed(script: string): Manifest[] {
  return readManifests(execFileSync('sed', [script, join(SAMPLES, SUITE)], { encoding: 'utf8' }))
}

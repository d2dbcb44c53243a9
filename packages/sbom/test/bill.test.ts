import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { billOfMaterials, bundledPackages, readDebianPackages, type Contents } from '../src/index.ts'
import { folderWith, installed } from './support.ts'

const folder = folderWith(installed)
afterAll(() => folder[Symbol.asyncDispose]())

const contents: Contents = {
  name: 'examples-bookinfo-details-v1',
  version: '0.1.0',
  description: 'Facts about one book',
  npm: bundledPackages(['fast/a.js', '@some/fast/b.js'].map((module) => join(folder.path, 'node_modules', module))),
  debian: readDebianPackages('Package: libcurl4t64\nVersion: 8.14.1-2\nArchitecture: amd64\nSource: curl\n'),
  debianRelease: '13',
  node: '24.21.0',
  sourceDateEpoch: 1_700_000_000
}

test('a bill with all parts, and one without any, is valid CycloneDX', async () => {
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6)
  expect(await validator.validate(billOfMaterials(contents))).toBeNull()
  const { name, version, description } = contents
  const least = billOfMaterials({ name, version, description, type: 'application', npm: [] })
  expect(await validator.validate(least)).toBeNull()
  expect(await validator.validate('{"bomFormat":"CycloneDX"}')).not.toBeNull()
})

test('a bill describes the artifact, and names each part by its package URL', () => {
  const { metadata, components, dependencies } = JSON.parse(billOfMaterials(contents))
  expect(metadata).toMatchObject({
    timestamp: '2023-11-14T22:13:20.000Z',
    component: { type: 'container', name: 'examples-bookinfo-details-v1', version: '0.1.0' }
  })
  const parts = [
    'pkg:deb/debian/libcurl4t64@8.14.1-2?arch=amd64&distro=debian-13&upstream=curl%408.14.1-2',
    'pkg:generic/node@24.21.0',
    'pkg:npm/%40some/fast@1.0.0',
    'pkg:npm/fast@2.0.0'
  ]
  expect(components.map(({ purl }: { purl: string }) => purl).toSorted()).toEqual(parts)
  expect(components).toContainEqual(
    expect.objectContaining({ name: 'node', cpe: 'cpe:2.3:a:nodejs:node.js:24.21.0:*:*:*:*:*:*:*' })
  )
  expect(components).toContainEqual(
    expect.objectContaining({ group: '@some', name: 'fast', licenses: [{ expression: '(MIT OR Apache-2.0)' }] })
  )
  expect(dependencies).toContainEqual({ ref: 'examples-bookinfo-details-v1@0.1.0', dependsOn: parts })
})

test('the order of the contents does not change the text', () => {
  const turned = { ...contents, npm: contents.npm.toReversed() }
  expect(billOfMaterials(turned)).toBe(billOfMaterials(contents))
})

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** Licences of packages that services, tools or tests may use. None asks to publish the suite's own code under it. */
const allowed = [
  'MIT',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'CC-BY-3.0',
  // The compiler of styles that vitest uses, and the tests of accessibility: used as they are, and not shipped.
  'MPL-2.0',
  '(Apache-2.0 AND BSD-3-Clause)',
  '(BSD-3-Clause OR GPL-2.0)'
]

/** Packages of Jaeger's exporter that are older than SPDX. Their LICENSE files or manifests say MIT, that of ansi-color BSD. */
const old = ['ansi-color', 'bufrw', 'error', 'hexer', 'process', 'string-template', 'thriftrw']

test('every package in the lockfile has a licence that is allowed', () => {
  const lock: { packages: Record<string, { license?: string; link?: boolean }> } = JSON.parse(
    readFileSync(new URL('../../../package-lock.json', import.meta.url), 'utf8')
  )
  const packages = Object.entries(lock.packages)
    .filter(([path, { link }]) => path.includes('node_modules/') && !link)
    .map(([path, { license }]) => ({ name: path.slice(path.lastIndexOf('node_modules/') + 13), license }))
  expect(packages.length).toBeGreaterThan(100)
  const refused = packages.filter(({ name, license = '' }) => !allowed.includes(license) && !old.includes(name))
  expect(refused).toEqual([])
})

import { join } from 'node:path'
import { expect, test } from 'vitest'
import { bundledPackages, modulesInBundle, noticesFor, readDebianPackages } from '../src/index.ts'
import { folderWith, installed } from './support.ts'

test('a bundle contains the packages that its source map names, each once', async () => {
  const sources = [
    'src/main.ts',
    '../node_modules/fast/lib/a.js',
    '../node_modules/fast/b.js',
    '../node_modules/@some/fast/index.js',
    '../node_modules/@some/fast/node_modules/fast/index.js'
  ]
  await using folder = folderWith({ ...installed, 'dist/main.js.map': { version: 3, sources } })
  const packages = bundledPackages(modulesInBundle(join(folder.path, 'dist/main.js.map')))
  expect(packages.map(({ name, version }) => `${name} ${version}`)).toEqual([
    '@some/fast 1.0.0',
    'fast 1.9.0',
    'fast 2.0.0'
  ])
})

test('the notices contain every licence text, and a note for a package without one', async () => {
  await using folder = folderWith(installed)
  const packages = bundledPackages(
    ['fast/a.js', '@some/fast/b.js'].map((path) => join(folder.path, 'node_modules', path))
  )
  const line = '='.repeat(78)
  expect(noticesFor(packages)).toBe(`This bundle contains these packages, under these licences.

${line}
@some/fast 1.0.0: (MIT OR Apache-2.0)
${line}

(The package does not contain the text of its licence.)

${line}
fast 2.0.0: ISC
${line}

Permission is granted by fast.

Fast contains faster.
`)
})

test('the notices name the licence of a package with an old manifest', async () => {
  await using folder = folderWith(installed)
  const old = bundledPackages([join(folder.path, 'node_modules/@some/fast/node_modules/fast/a.js')])
  expect(noticesFor(old)).toContain('\nfast 1.9.0: MIT\n')
})

test('Debian packages are read from the status file of dpkg', () => {
  const status = `Package: zlib1g
Status: install ok installed
Architecture: amd64
Source: zlib (1:1.3.dfsg+really1.3.1-1)
Version: 1:1.3.dfsg+really1.3.1-1+b1
Description: compression library
 more of it: in lines
 .
 Version: 9

Package: gone
Status: deinstall ok config-files
Architecture: all
Version: 1

Package: curl
Version: 8.14.1-2
Architecture: amd64
`
  expect(readDebianPackages(status)).toEqual([
    { name: 'curl', version: '8.14.1-2', architecture: 'amd64', source: 'curl', sourceVersion: '8.14.1-2' },
    {
      name: 'zlib1g',
      version: '1:1.3.dfsg+really1.3.1-1+b1',
      architecture: 'amd64',
      source: 'zlib',
      sourceVersion: '1:1.3.dfsg+really1.3.1-1'
    }
  ])
  expect(readDebianPackages('')).toEqual([])
})

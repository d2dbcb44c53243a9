import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { check, definitions } from './checks.ts'
import { DEPLOY, findKustomize, render } from './kustomize.ts'
import { readRendered, staleness } from './rendered.ts'
import { secretsByHand } from './secrets.ts'
import { combinations, overlays } from './targets.ts'
import { worldNamed } from './worlds.ts'

// A cluster's own definitions, or those of the projects' newest versions.
const checkWithCrd = definitions(process.env['BOOKINFO_CRDS'])
const kustomize = findKustomize()
const names = Object.keys(overlays)

describe('an overlay', () => {
  test.each(names)('%s is right', (name) => {
    expect(check(worldNamed(name, kustomize), checkWithCrd)).toEqual([])
  })

  test('is kept as its sources say', () => {
    expect(staleness()).toEqual([])
  })

  test.each(kustomize ? names : [])('%s is kept as kustomize renders it', (name) => {
    if (!kustomize) throw new Error('there is no kustomize')
    expect(readRendered(name)).toBe(render(join(DEPLOY, 'overlays', name), kustomize))
  })

  test('is in a folder of its own, and all are checked', () => {
    expect(folders('overlays')).toEqual(names.toSorted())
  })
})

describe('components', () => {
  test.each(kustomize ? Object.keys(combinations) : [])('%s is right', (name) => {
    expect(check(worldNamed(name, kustomize), checkWithCrd)).toEqual([])
  })

  test('are all in some overlay or combination', () => {
    const listed = Object.values(combinations).flatMap(({ components }) => components)
    const sources = globSync('{overlays,components}/*/kustomization.yaml', { cwd: DEPLOY })
    const used = sources.flatMap((file) => namesIn(readFileSync(join(DEPLOY, file), 'utf8')))
    expect(folders('components').filter((name) => !listed.includes(name) && !used.includes(name))).toEqual([])
  })
})

describe('documentation', () => {
  test.each(['overlays', 'components'])('%s each have a README, and all are in the table', (kind) => {
    const table = readFileSync(join(DEPLOY, 'README.md'), 'utf8')
    const missing = folders(kind).filter(
      (name) => !existsSync(join(DEPLOY, kind, name, 'README.md')) || !table.includes(`(${kind}/${name}/README.md)`)
    )
    expect(missing).toEqual([])
  })

  test('says how to make each Secret that nobody else makes', () => {
    const readmes = globSync('components/*/README.md', { cwd: DEPLOY }).map((file) =>
      readFileSync(join(DEPLOY, file), 'utf8')
    )
    const untold = Object.entries(secretsByHand).filter(
      ([name, keys]) =>
        !readmes.some(
          (readme) =>
            readme.includes(`create secret generic ${name} `) &&
            keys.every((key) => readme.includes(`--from-literal ${key}=`))
        )
    )
    expect(untold).toEqual([])
  })
})

function folders(kind: string): string[] {
  return globSync(`${kind}/*/kustomization.yaml`, { cwd: DEPLOY })
    .map((file) => file.split('/')[1] ?? '')
    .toSorted()
}

/** Components that a kustomization names. */
function namesIn(kustomization: string): string[] {
  return [...kustomization.matchAll(/^- \.\.\/(?:\.\.\/components\/)?([a-z-]+)$/gm)].map(([, name = '']) => name)
}

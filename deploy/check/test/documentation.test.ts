import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DEPLOY } from '../src/kustomize.ts'
import { secretsByHand } from '../src/facts.ts'
import { combinations, overlays } from '../src/targets.ts'

test('every folder of overlays is checked', () => {
  expect(folders('overlays')).toEqual(Object.keys(overlays).toSorted())
})

test('every component is in some overlay or combination', () => {
  const listed = Object.values(combinations).flatMap(({ components }) => components)
  const sources = globSync('{overlays,components}/*/kustomization.yaml', { cwd: DEPLOY })
  const used = sources.flatMap((file) => namesIn(readFileSync(join(DEPLOY, file), 'utf8')))
  expect(folders('components').filter((name) => !listed.includes(name) && !used.includes(name))).toEqual([])
})

test.each(['overlays', 'components'])('%s each have a README, and all are in the table', (kind) => {
  const table = readFileSync(join(DEPLOY, 'README.md'), 'utf8')
  const missing = folders(kind).filter(
    (name) => !existsSync(join(DEPLOY, kind, name, 'README.md')) || !table.includes(`(${kind}/${name}/README.md)`)
  )
  expect(missing).toEqual([])
})

test('a README says how to make each Secret that a person makes', () => {
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

test('a kustomization in a README says its namespace, without which what a component adds has none', () => {
  const guides = globSync('**/README.md', { cwd: DEPLOY }).filter((file) => {
    const blocks = [...readFileSync(join(DEPLOY, file), 'utf8').matchAll(/```yaml\n([^]*?)```/g)]
    return blocks.some(([, block = '']) => /^components:/m.test(block) && !/^namespace: /m.test(block))
  })
  expect(guides).toEqual([])
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

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { at, text } from '../../src/json.ts'
import { worldNamed } from '../../src/checks.ts'
import { DEPLOY } from '../../src/kustomize.ts'
import { LESSONS, readLessons } from '../../src/lessons.ts'
import { readManifests, title, type Manifest } from '../../src/manifest.ts'

/** Lessons are undone by the commands of their README, on a cluster that is a list of objects. */
const lessons = readLessons()
const overlays = [...new Set(lessons.flatMap(({ needs }) => needs))]
const readme = readFileSync(join(LESSONS, 'README.md'), 'utf8')

describe('the README', () => {
  const places = lessons.flatMap(({ file, needs }) => needs.map((overlay) => ({ file, overlay })))
  test.each(places)('undoes $file on $overlay', ({ file, overlay }) => {
    const cluster = clusterOf(overlay)
    apply(cluster, manifestsOf(`deploy/lessons/${file}`))
    for (const command of commands('one')) run(cluster, command.replace('LESSON', file).replace('OVERLAY', overlay))
    expect(cluster).toEqual(clusterOf(overlay))
  })

  test.each(overlays)('undoes all lessons on %s', (overlay) => {
    const cluster = clusterOf(overlay)
    for (const { file, needs } of lessons) {
      if (needs.includes(overlay)) apply(cluster, manifestsOf(`deploy/lessons/${file}`))
    }
    for (const command of commands('all')) run(cluster, command.replace('OVERLAY', overlay))
    expect(cluster).toEqual(clusterOf(overlay))
  })
})

describe('undoing', () => {
  test('takes no data along, and nothing that others hold on to', () => {
    const precious = ['Namespace', 'PersistentVolumeClaim', 'StatefulSet', 'Secret', 'Service', 'ServiceAccount']
    const lost = lessons.flatMap(({ file, manifests }) =>
      manifests.filter(({ kind }) => precious.includes(kind)).map((manifest) => `${file}: ${title(manifest)}`)
    )
    expect(lost).toEqual([])
  })

  test('finds what a lesson made, as it says in which namespace', () => {
    const nowhere = lessons.flatMap(({ file, manifests }) =>
      manifests.filter((manifest) => namespaceOf(manifest) === '').map((manifest) => `${file}: ${title(manifest)}`)
    )
    expect(nowhere).toEqual([])
  })
})

/** Objects by group, kind, name and namespace. */
type Cluster = Map<string, Manifest['body']>

function clusterOf(overlay: string): Cluster {
  const cluster: Cluster = new Map()
  apply(cluster, worldNamed(overlay).manifests)
  return cluster
}

function apply(cluster: Cluster, manifests: readonly Manifest[]): void {
  for (const manifest of manifests) cluster.set(keyOf(manifest), manifest.body)
}

/** Does what kubectl would do. @throws Error for an unknown command */
function run(cluster: Cluster, command: string): void {
  const [, flags = '', path = ''] = /^kubectl delete ((?:--?\S+ )*)-f (\S+)$/.exec(command) ?? []
  const [, overlay] = /^kubectl apply -k deploy\/overlays\/(\S+)$/.exec(command) ?? []
  if (overlay !== undefined) apply(cluster, worldNamed(overlay).manifests)
  else if (path === '') throw new Error(`unknown command: ${command}`)
  else {
    for (const manifest of manifestsOf(path, flags.includes('-R '))) {
      const found = cluster.delete(keyOf(manifest))
      if (!found && !flags.includes('--ignore-not-found ')) throw new Error(`there is no ${title(manifest)}`)
    }
  }
}

/** The objects in a file or folder, and, if asked, in the folders below. */
function manifestsOf(path: string, recursively = false): Manifest[] {
  const where = join(DEPLOY, '..', path)
  const files = path.endsWith('.yaml') ? [where] : globSync(`${where}/${recursively ? '**/' : ''}*.yaml`)
  return [...new Set(files)].flatMap((file) => readManifests(readFileSync(file, 'utf8')))
}

function keyOf(manifest: Manifest): string {
  return `${manifest.apiVersion.split('/')[0]} ${title(manifest)} ${namespaceOf(manifest)}`
}

function namespaceOf({ body }: Manifest): string {
  return text(at(body, 'metadata.namespace'))
}

/** The lines of the README that undo one lesson, or all. */
function commands(which: 'one' | 'all'): string[] {
  const [, undo = ''] = /^## Undo\n([^]*?)^## /m.exec(readme) ?? []
  const blocks = [...undo.matchAll(/```console\n([^]*?)```/g)].map(([, block = '']) => block)
  const block = blocks[which === 'one' ? 0 : 1] ?? ''
  return block
    .split('\n')
    .filter((line) => line.startsWith('$ '))
    .map((line) => line.slice(2))
}

import { readFileSync } from 'node:fs'
import { join, matchesGlob } from 'node:path'
import { describe, expect, test } from 'vitest'
import { applied, worldNamed } from '../../src/checks.ts'
import { DEPLOY } from '../../src/kustomize.ts'
import { LESSONS, readLessons } from '../../src/lessons.ts'
import { images } from '../../src/rules/images.ts'
import { overlays } from '../../src/targets.ts'

/** Compares the commands for images in the guides with the images in overlays and lessons. */
const ofSuite = /(?:^|\/)examples-bookinfo-/
const lessons = readLessons()

describe('images', () => {
  test('are all loaded into kind', () => {
    const [, pattern = ''] = /--filter reference='([^']+)'/.exec(readFileSync(join(DEPLOY, 'README.md'), 'utf8')) ?? []
    const worlds = [
      ...Object.keys(overlays).map((name) => worldNamed(name)),
      ...lessons.map(({ needs: [overlay = ''], manifests }) => applied(worldNamed(overlay), manifests))
    ]
    const named = new Set(worlds.flatMap(images).map(({ image }) => image))
    // Machines run on other clusters, which take their disks from a registry.
    const run = [...named].filter((image) => ofSuite.test(image) && !image.includes('-vm-'))
    expect(run.length).toBeGreaterThan(0)
    expect(run.filter((image) => !matchesGlob(image, pattern))).toEqual([])
  })

  test('of lessons all get a hub where there is one', () => {
    const [, from = '', hub = ''] = /sed 's#(.+)#(.+)#'/.exec(readFileSync(join(LESSONS, 'README.md'), 'utf8')) ?? []
    const lines = lessons.flatMap(({ file }) => readFileSync(join(LESSONS, file), 'utf8').split('\n'))
    const own = lines.filter((line) => line.includes('image: ') && line.includes('examples-bookinfo-'))
    expect(own.length).toBeGreaterThan(0)
    expect(own.filter((line) => !/image: [^/]+\.[^/]+\/.*examples-bookinfo-/.test(line.replace(from, hub)))).toEqual([])
  })
})

import { catalogue } from '@bookinfo/images'
import { imageNames, readImage } from '@bookinfo/vm-images'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { at, list, text, toJson } from '../json.ts'
import { title } from '../manifest.ts'
import { containers, workloads, type World } from '../world.ts'
import { defineRule, type Rule } from './rule.ts'

/** The version of the suite is the tag of its images. */
const VERSION = text(
  at(toJson(JSON.parse(readFileSync(join(import.meta.dirname, '../../../../package.json'), 'utf8'))), 'version')
)

/** The images that are built: containers, and machines. */
const built = [...catalogue.map(({ name }) => name), ...imageNames.map((name) => readImage(name).title)]

export const imageRules: readonly Rule[] = [
  defineRule('image-pinned', 'the image changes without a change of the manifest', (world) =>
    images(world)
      .filter(({ image }) => !/:[^:/]+$|@sha256:[0-9a-f]{64}$/.test(image) || image.endsWith(':latest'))
      .map(({ owner, image }) => `${owner}: ${image} names no version`)
  ),
  defineRule('image-known', 'the image cannot be pulled, because nobody builds it', (world) =>
    images(world).flatMap(({ owner, image }) => {
      const [, name, tag] = /(?:^|\/)(examples-bookinfo-[^:@]+)(?::([^@]+))?/.exec(image) ?? []
      if (name === undefined) return []
      if (!built.includes(name)) return [`${owner}: no image ${name} is built`]
      return tag === undefined || tag === VERSION ? [] : [`${owner}: ${name} is ${tag}, and the suite is ${VERSION}`]
    })
  ),
  defineRule('image-of-version', 'the page names one version, and another one runs', (world) =>
    workloads(world).flatMap((workload) => {
      const { app, version } = workload.labels
      return (
        containers(workload)
          .map((container) => /examples-bookinfo-([a-z]+)-(v[^:@]*)/.exec(text(at(container, 'image'))))
          // ratings v2-mysql use the image of ratings v2.
          .filter((match) => match !== null && (match[1] !== app || !`${version}-`.startsWith(`${match[2]}-`)))
          .map((match) => `${title(workload.manifest)}: ${app} ${version} runs ${match?.[0]}`)
      )
    })
  )
]

/** The images of containers and of machines' disks. */
export function images(world: World): { owner: string; image: string }[] {
  return workloads(world).flatMap((workload) => {
    const owner = title(workload.manifest)
    const disks = list(at(workload.spec, 'volumes')).flatMap((volume) => {
      const image = at(volume, 'containerDisk.image')
      return typeof image === 'string' ? [{ owner, image }] : []
    })
    return [...containers(workload).map((container) => ({ owner, image: text(at(container, 'image')) })), ...disks]
  })
}

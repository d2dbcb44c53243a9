import { run } from '@bookinfo/cli'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isOurs, referenceTo, type Builder, type Plan } from './builder.ts'
import type { Image } from './catalogue.ts'
import { architectureOf, type Platform } from './options.ts'
import { labelsFor } from './sources.ts'

/** Buildah, which needs no engine and no root. */
export function createBuildah(): Builder {
  return {
    name: 'buildah',
    async build(images, plan, onBuilt) {
      for (const platform of isOurs(plan.base) ? plan.platforms : []) {
        const named = [`--target=${plan.base}`, `--tag=${baseFor(plan, platform)}`]
        await build(plan, platform, [`--build-arg=NODE_IMAGE=${plan.base}`, ...named])
      }
      for (const image of images) {
        const reference = referenceTo(image.name, plan)
        await buildImage(image, reference, plan)
        if (plan.push) await push(reference, plan)
        onBuilt(reference)
      }
    },
    async buildDebug(reference, plan) {
      const { platforms, sources } = plan
      const debug = `${reference}-debug`
      const several = platforms.length > 1
      if (several) await run('buildah', ['manifest', 'rm', debug]).catch(() => undefined)
      for (const platform of platforms) {
        const options = [
          `--platform=${platform}`,
          `--timestamp=${sources.epoch}`,
          '--identity-label=false',
          '--no-cache'
        ]
        const names = [`--build-arg=IMAGE=${reference}`, `${several ? '--manifest' : '--tag'}=${debug}`]
        await run('buildah', ['build', '--layers', '--file=deploy/images/Dockerfile.debug', ...options, ...names, '.'])
      }
      if (plan.push) await push(debug, plan)
    },
    async readPackages(plan, platform) {
      const folder = await mkdtemp(join(tmpdir(), 'bookinfo-images-'))
      try {
        const output = ['--target=packages', `--output=type=local,dest=${folder}`]
        await build(plan, platform, [`--build-arg=NODE_IMAGE=${baseFor(plan, platform)}`, ...output])
        return await readFile(join(folder, 'packages'), 'utf8')
      } finally {
        await rm(folder, { recursive: true })
      }
    },
    readLabel: (reference, label) =>
      run('buildah', ['inspect', '--type=image', `--format={{index .OCIv1.Config.Labels "${label}"}}`, reference])
  }
}

async function buildImage({ name, service, args }: Image, reference: string, plan: Plan): Promise<void> {
  const several = plan.platforms.length > 1
  // Otherwise the manifest list would keep its old images.
  if (several) await run('buildah', ['manifest', 'rm', reference]).catch(() => undefined)
  const labels = Object.entries(labelsFor(name, plan.sources)).map(([key, value]) => `--label=${key}=${value}`)
  for (const platform of plan.platforms) {
    const buildArgs = { NODE_IMAGE: baseFor(plan, platform), SERVICE: service, ...args }
    const options = Object.entries(buildArgs).map(([key, value]) => `--build-arg=${key}=${value}`)
    await build(plan, platform, [...options, ...labels, `${several ? '--manifest' : '--tag'}=${reference}`])
  }
}

/** The name of the base that all images of a platform share. */
function baseFor({ base, tag }: Plan, platform: Platform): string {
  return isOurs(base) ? `localhost/bookinfo-base-${architectureOf(platform)}:${tag}` : base
}

async function build({ sources: { epoch } }: Plan, platform: Platform, options: readonly string[]): Promise<void> {
  const reproducible = [`--timestamp=${epoch}`, `--build-arg=SOURCE_DATE_EPOCH=${epoch}`, '--identity-label=false']
  // One layer for each instruction, as with Docker. No cache: buildah 1.28 reuses the layer of a setting even if the setting has
  // another value.
  const layers = ['--layers', '--no-cache', '--isolation=chroot', '--file=deploy/images/Dockerfile']
  await run('buildah', ['build', `--platform=${platform}`, ...layers, ...reproducible, ...options, '.'])
}

async function push(reference: string, { platforms }: Plan): Promise<void> {
  const command = platforms.length > 1 ? ['manifest', 'push', '--all'] : ['push']
  await run('buildah', [...command, reference, `docker://${reference}`])
}

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { referenceTo, type Builder, type Plan } from './builder.ts'
import type { Image } from './catalogue.ts'
import { run } from './run.ts'
import { labelsFor } from './sources.ts'

/** Buildah, which needs no engine and no root. */
export function createBuildah(): Builder {
  return {
    name: 'buildah',
    async build(images, plan, onBuilt) {
      // One after the other: what they share is built once.
      for (const image of images) {
        const reference = referenceTo(image.name, plan)
        await build(image, reference, plan)
        if (plan.push) await push(reference, plan)
        onBuilt(reference)
      }
    },
    async readPackages(plan, platform) {
      const folder = await mkdtemp(join(tmpdir(), 'bookinfo-images-'))
      try {
        const output = ['--target', 'packages', '--output', `type=local,dest=${folder}`, '--platform', platform]
        await run('buildah', ['build', ...common(plan), ...output, '.'])
        return await readFile(join(folder, 'packages'), 'utf8')
      } finally {
        await rm(folder, { recursive: true })
      }
    }
  }
}

async function build({ name, service, args }: Image, reference: string, plan: Plan): Promise<void> {
  const buildArgs = Object.entries({ SERVICE: service, ...args }).flatMap(([key, value]) => [
    '--build-arg',
    `${key}=${value}`
  ])
  const labels = Object.entries(labelsFor(name, plan.sources)).flatMap(([key, value]) => ['--label', `${key}=${value}`])
  const [platform = '', ...more] = plan.platforms
  // A list gets the images of this build beside those that it had.
  if (more.length > 0) await run('buildah', ['manifest', 'rm', reference]).catch(() => undefined)
  const target = more.length > 0 ? '--manifest' : '--tag'
  const options = ['--platform', [platform, ...more].join(','), target, reference]
  await run('buildah', ['build', ...common(plan), ...buildArgs, ...labels, ...options, '.'])
}

async function push(reference: string, { platforms }: Plan): Promise<void> {
  const one = ['push', reference, `docker://${reference}`]
  await run('buildah', platforms.length > 1 ? ['manifest', 'push', '--all', reference, `docker://${reference}`] : one)
}

/** A layer for each instruction that makes one, as Docker has it; every file as old as the sources; no trace of the builder. */
function common({ base, sources }: Plan): string[] {
  return [
    '--layers',
    '--identity-label=false',
    '--isolation=chroot',
    `--timestamp=${sources.epoch}`,
    '--file=deploy/images/Dockerfile',
    `--build-arg=NODE_IMAGE=${base}`,
    `--build-arg=SOURCE_DATE_EPOCH=${sources.epoch}`
  ]
}

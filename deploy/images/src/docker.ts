import { ROOT, run } from '@bookinfo/cli'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { referenceTo, type Builder, type Plan } from './builder.ts'
import { DIST } from './debian-base.ts'
import { labelsFor } from './sources.ts'

/** Docker, which builds all images at once from docker-bake.hcl. */
export function createDocker(): Builder {
  return {
    name: 'Docker',
    async build(images, plan, onBuilt) {
      const names = images.map(({ name }) => name)
      if (plan.push && (await rewritesInArchivesAlone())) return pushArchives(names, plan, onBuilt)
      // An image in the engine keeps the times of its files; what is pushed is the same wherever it is built.
      await bake(names, plan, plan.push ? '--set=*.output=type=image,push=true,rewrite-timestamp=true' : '--load')
      for (const name of names) onBuilt(referenceTo(name, plan))
    },
    async readPackages({ base, sources }, platform) {
      const folder = await mkdtemp(join(tmpdir(), 'bookinfo-images-'))
      try {
        const options = ['--file=deploy/images/Dockerfile', '--target=packages', `--platform=${platform}`]
        const args = [`--build-arg=NODE_IMAGE=${base}`, `--output=type=local,dest=${folder}`]
        const env = { SOURCE_DATE_EPOCH: String(sources.epoch) }
        await run('docker', ['buildx', 'build', ...options, ...args, '.'], env)
        return await readFile(join(folder, 'packages'), 'utf8')
      } finally {
        await rm(folder, { recursive: true })
      }
    }
  }
}

async function bake(names: readonly string[], plan: Plan, output: string): Promise<void> {
  const { hub, tag, base, platforms, sources } = plan
  const labels = names.flatMap((name) =>
    Object.entries(labelsFor(name, sources)).map(([key, value]) => `--set=${name}.labels.${key}=${value}`)
  )
  await run('docker', ['buildx', 'bake', '--file=deploy/images/docker-bake.hcl', output, ...labels, ...names], {
    HUB: hub,
    TAGS: tag,
    NODE_IMAGE: base,
    PLATFORMS: platforms.join(','),
    SOURCE_DATE_EPOCH: String(sources.epoch)
  })
}

/**
 * Whether the engine itself builds, with containerd's store of images: it unpacks what it pushes, and BuildKit refuses to rewrite
 * the times of that. (Its older store leaves times as they are, and builders in containers rewrite.)
 */
async function rewritesInArchivesAlone(): Promise<boolean> {
  const [builder, store] = await Promise.all([
    run('docker', ['buildx', 'inspect']),
    run('docker', ['info', '--format={{json .DriverStatus}}'])
  ])
  return /^Driver:\s+docker$/m.test(builder) && store.includes('io.containerd.snapshotter')
}

/** One after the other, as an archive has all layers. */
async function pushArchives(names: readonly string[], plan: Plan, onBuilt: (reference: string) => void): Promise<void> {
  await mkdir(DIST, { recursive: true })
  // Within the repository: what bake writes elsewhere has to be allowed.
  const folder = await mkdtemp(join(DIST, 'push-'))
  try {
    const archive = join(folder, 'image.tar')
    for (const name of names) {
      await bake([name], plan, `--set=*.output=type=oci,dest=${relative(ROOT, archive)},rewrite-timestamp=true`)
      await run('docker', ['load', '--quiet', `--input=${archive}`])
      await run('docker', ['push', '--quiet', referenceTo(name, plan)])
      onBuilt(referenceTo(name, plan))
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

import { ROOT, run } from '@bookinfo/cli'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { referenceTo, type Builder, type Plan } from './builder.ts'
import { catalogue } from './catalogue.ts'
import { DIST } from './debian-base.ts'
import { labelsFor } from './sources.ts'

/** Docker, which builds all images at once from a bake file. */
export function createDocker(): Builder {
  return {
    name: 'Docker',
    async build(images, plan, onBuilt) {
      const names = images.map(({ name }) => name)
      if (plan.push && (await rewritesInArchivesAlone())) return pushArchives(names, plan, onBuilt)
      // Images in the engine keep the times of local files. Pushed images are reproducible.
      await bake(names, plan, plan.push ? '--set=*.output=type=image,push=true,rewrite-timestamp=true' : '--load')
      for (const name of names) onBuilt(referenceTo(name, plan))
    },
    async buildDebug(reference, { platforms, push, sources }) {
      const options = ['--file=deploy/images/Dockerfile.debug', `--platform=${platforms.join(',')}`]
      const names = [`--build-arg=IMAGE=${reference}`, `--tag=${reference}-debug`, push ? '--push' : '--load']
      const env = { SOURCE_DATE_EPOCH: String(sources.epoch) }
      await run('docker', ['buildx', 'build', '--provenance=false', ...options, ...names, '.'], env)
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
    },
    readLabel: (reference, label) =>
      run('docker', ['image', 'inspect', `--format={{index .Config.Labels "${label}"}}`, reference])
  }
}

const BAKE_FILE = join(DIST, 'docker-bake.json')

async function bake(names: readonly string[], plan: Plan, output: string): Promise<void> {
  await mkdir(DIST, { recursive: true })
  await writeFile(BAKE_FILE, JSON.stringify(bakeFile(plan), undefined, 2))
  const env = { SOURCE_DATE_EPOCH: String(plan.sources.epoch) }
  await run('docker', ['buildx', 'bake', `--file=${relative(ROOT, BAKE_FILE)}`, output, ...names], env)
}

/** The catalogue as `docker buildx bake` reads it: https://docs.docker.com/build/bake/reference/ */
export function bakeFile(plan: Plan) {
  const targets = catalogue.map(({ name, service, args }) => [
    name,
    {
      context: '.',
      dockerfile: 'deploy/images/Dockerfile',
      platforms: plan.platforms,
      args: { SERVICE: service, NODE_IMAGE: plan.base, ...args },
      labels: labelsFor(name, plan.sources),
      // Provenance contains the time of the build, so two pushes of the same sources would differ.
      attest: ['type=provenance,disabled=true'],
      tags: [referenceTo(name, plan)]
    }
  ])
  return { group: { default: { targets: catalogue.map(({ name }) => name) } }, target: Object.fromEntries(targets) }
}

/**
 * Whether the engine itself builds, with containerd's image store. It unpacks images before a push, and then BuildKit refuses to
 * rewrite times. (The older store never rewrites times. Builders in containers always do.)
 */
async function rewritesInArchivesAlone(): Promise<boolean> {
  const [builder, store] = await Promise.all([
    run('docker', ['buildx', 'inspect']),
    run('docker', ['info', '--format={{json .DriverStatus}}'])
  ])
  return /^Driver:\s+docker$/m.test(builder) && store.includes('io.containerd.snapshotter')
}

/** Pushes one image after the other, because each archive contains all layers. */
async function pushArchives(names: readonly string[], plan: Plan, onBuilt: (reference: string) => void): Promise<void> {
  await mkdir(DIST, { recursive: true })
  // In the repository, because bake needs permission to write elsewhere.
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

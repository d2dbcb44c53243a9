import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { referenceTo, type Builder } from './builder.ts'
import { run } from './run.ts'
import { labelsFor } from './sources.ts'

/** Docker, which builds all images at once from docker-bake.hcl. */
export function createDocker(): Builder {
  return {
    name: 'Docker',
    async build(images, plan, onBuilt) {
      const { hub, tag, base, platforms, push, sources } = plan
      // An image in the engine keeps the times of its files; what is pushed is the same wherever it is built.
      const output = push ? ['--set=*.output=type=image,push=true,rewrite-timestamp=true'] : ['--load']
      const labels = images.flatMap(({ name }) =>
        Object.entries(labelsFor(name, sources)).map(([key, value]) => `--set=${name}.labels.${key}=${value}`)
      )
      const names = images.map(({ name }) => name)
      await run('docker', ['buildx', 'bake', '--file=deploy/images/docker-bake.hcl', ...output, ...labels, ...names], {
        HUB: hub,
        TAGS: tag,
        NODE_IMAGE: base,
        PLATFORMS: platforms.join(','),
        SOURCE_DATE_EPOCH: String(sources.epoch)
      })
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

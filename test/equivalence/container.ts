import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readImage, reference, runTool, startContainer } from '@bookinfo/images/testing'
import type { Runtime } from './runtime.ts'

const stored = { image: reference('examples-bookinfo-details-v1'), storage: undefined }

const podman = (...args: string[]) => runTool(stored.storage, 'podman', args)

/** The image that `npm run images` built with buildah, which podman uses too. */
export const asContainer: Runtime = {
  name: 'container',
  about: async () => "podman with runc and conmon, on the host's network",
  async missing() {
    const { code } = await podman('image', 'exists', stored.image).catch(() => ({ code: 1 }))
    return code === 0 ? undefined : 'npm run images -- --builder buildah --base debian, with podman and runc installed'
  },
  async bytes() {
    const layout = await mkdtemp(join(tmpdir(), 'bookinfo-layout-'))
    try {
      await runTool(stored.storage, 'buildah', ['push', '--quiet', stored.image, `oci:${layout}:details`])
      const { layers } = await readImage(layout, 'details')
      return layers.reduce((sum, { size }) => sum + size, 0)
    } finally {
      await rm(layout, { recursive: true })
    }
  },
  async start() {
    const container = await startContainer(stored)
    return {
      origin: container.origin,
      async pids() {
        const { stdout } = await podman('inspect', '--format', '{{.State.Pid}} {{.State.ConmonPid}}', container.name)
        return stdout.trim().split(' ').map(Number)
      },
      stop: async () => void (await container.stop()),
      [Symbol.asyncDispose]: () => container[Symbol.asyncDispose]()
    }
  }
}

import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A separate store of images and containers. */
export interface Store extends AsyncDisposable {
  /** The configuration file, for CONTAINERS_STORAGE_CONF. */
  conf: string
}

export async function createStore(): Promise<Store> {
  const folder = await mkdtemp('/var/tmp/bookinfo-images-')
  const conf = join(folder, 'storage.conf')
  const graph = join(folder, 'graph')
  await writeFile(
    conf,
    `[storage]\ndriver = "overlay"\ngraphroot = ${JSON.stringify(graph)}\nrunroot = ${JSON.stringify(join(folder, 'run'))}\n`
  )
  return {
    conf,
    async [Symbol.asyncDispose]() {
      const env = { ...process.env, CONTAINERS_STORAGE_CONF: conf }
      execFileSync('podman', ['rm', '--all', '--force'], { env, stdio: 'ignore' })
      // The storage driver mounts this folder.
      execFileSync('sh', ['-c', '! mountpoint -q "$0" || umount --lazy "$0"', join(graph, 'overlay')])
      await rm(folder, { recursive: true })
    }
  }
}

import { filesOf, ownArchitecture, readImage } from '../../src/index.ts'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { createNobody } from '@bookinfo/images/testing'

const ROOT = join(import.meta.dirname, '../../..')
const BUILD_MS = 30 * 60_000

test(
  'a later build in another folder by a user without rights gives the same bytes',
  async () => {
    await using nobody = await createNobody()
    await nobody.run('npm', 'run', 'vm:build')

    const { disk, initrd, containerDisk, bill } = filesOf(readImage('details'), ownArchitecture())
    const other = (file: string): string => join(nobody.folder, relative(ROOT, file))
    for (const file of [disk, initrd, bill, containerDisk])
      expect([file, await sha256(other(file))]).toEqual([file, await sha256(file)])
  },
  BUILD_MS
)

async function sha256(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
}

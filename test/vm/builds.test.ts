import { filesOf, ownArchitecture, readImage } from '@bookinfo/vm-images'
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { copySources } from '../support/copy-sources.ts'

const execute = promisify(execFile)

const ROOT = join(import.meta.dirname, '../..')
/** The user that every Linux has and that may do nothing. */
const NOBODY = { name: 'nobody', id: '65534' }
const BUILD_MS = 30 * 60_000

/**
 * Builds as nobody, who has been given subordinate ids as any user of Debian has them; only what this runs sees that. Whoever
 * cloned with another umask has other permissions.
 */
const asNobody = `
echo "${NOBODY.name}:1000000:65536" >"$1/subid"
for file in /etc/subuid /etc/subgid; do mount --bind "$1/subid" $file; done
cd "$1/another/folder"
umask 077
exec setpriv --reuid=${NOBODY.id} --regid=${NOBODY.id} --clear-groups npm run vm:build
`

test(
  'a build by somebody who is not root, elsewhere and later, is the same byte for byte',
  async () => {
    await using stack = new AsyncDisposableStack()
    const work = await mkdtemp('/var/tmp/bookinfo-vm-builds-')
    // What belongs to subordinate ids is removed by root.
    stack.defer(() => rm(work, { recursive: true }))
    const folder = join(work, 'another/folder')
    await copySources(folder)
    await execute('chown', ['-R', `${NOBODY.id}:${NOBODY.id}`, work])
    const env = {
      ...process.env,
      HOME: work,
      // The clone may be root's.
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*'
    }
    await execute('unshare', ['--mount', 'sh', '-ec', asNobody, 'sh', work], { env })

    const { disk, initrd, containerDisk, bill } = filesOf(readImage('details'), ownArchitecture())
    const other = (file: string): string => join(folder, relative(ROOT, file))
    for (const file of [disk, initrd, bill])
      expect([file, await sha256(other(file))]).toEqual([file, await sha256(file)])
    expect(await digestOf(other(containerDisk))).toBe(await digestOf(containerDisk))
  },
  BUILD_MS
)

async function sha256(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
}

/** By which a registry knows an image. The archive around it has the time at which it was written. */
async function digestOf(archive: string): Promise<string> {
  const { stdout } = await execute('skopeo', ['inspect', '--format', '{{.Digest}}', `oci-archive:${archive}`])
  return stdout.trim()
}

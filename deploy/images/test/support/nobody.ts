import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

const REPOSITORY = join(import.meta.dirname, '../../../..')

/** The user that every Linux has and that may do nothing. */
const NOBODY = { name: 'nobody', id: '65534' }

const OUTPUT_LIMIT = 64 * 1024 * 1024

/** Nobody has been given subordinate ids as any user of Debian has them; only what this runs sees that. */
const asNobody = `
home=$1; shift
echo "${NOBODY.name}:1000000:65536" >"$home/subid"
for file in /etc/subuid /etc/subgid; do mount --bind "$home/subid" $file; done
cd "$home/another/folder"
umask 077
exec setpriv --reuid=${NOBODY.id} --regid=${NOBODY.id} --clear-groups "$@"
`

/** The sources in another folder, of somebody who is not root. */
export interface Nobody extends AsyncDisposable {
  home: string
  /** The clone. */
  folder: string
  /** Runs a program there, as nobody. Whoever cloned with another umask has other permissions, so that is another too. */
  run(...command: string[]): Promise<void>
}

/** Needs root, to become somebody else. */
export async function createNobody(): Promise<Nobody> {
  const home = await mkdtemp('/var/tmp/bookinfo-nobody-')
  await using made = new AsyncDisposableStack()
  // What belongs to subordinate ids is removed by root.
  made.defer(() => rm(home, { recursive: true }))
  const folder = join(home, 'another/folder')
  await copySources(folder)
  await execute('chown', ['-R', `${NOBODY.id}:${NOBODY.id}`, home])
  const kept = made.move()
  const env = {
    ...process.env,
    HOME: home,
    XDG_RUNTIME_DIR: home,
    // Settings that programs of a build heed, other than those of whoever tests.
    TZ: 'Asia/Kathmandu',
    LC_ALL: process.env['LC_ALL'] === 'C' ? 'C.UTF-8' : 'C',
    PYTHONDONTWRITEBYTECODE: process.env['PYTHONDONTWRITEBYTECODE'] ? '' : '1',
    // npm tells those whom it starts where its user keeps things.
    npm_config_cache: join(home, '.npm'),
    npm_config_userconfig: join(home, '.npmrc'),
    // The clone may be root's.
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'safe.directory',
    GIT_CONFIG_VALUE_0: '*'
  }
  return {
    home,
    folder,
    async run(...command) {
      const args = ['--mount', 'sh', '-ec', asNobody, 'sh', home, ...command]
      await execute('unshare', args, { env, maxBuffer: OUTPUT_LIMIT })
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync()
  }
}

/** What a build leaves. */
const built = [
  './.turbo',
  './node_modules/.cache',
  './services/*/dist',
  './services/*/.turbo',
  './deploy/images/dist',
  './vm-images/*/dist'
]

/** Copies everything but what was built to a folder, with new times: as if somebody else had cloned and installed it. */
export async function copySources(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const copy = `tar --create ${built.map((path) => `--exclude='${path}'`).join(' ')} . | tar --extract --touch --directory "$0"`
  await execute('sh', ['-c', copy, folder], { cwd: REPOSITORY })
}

import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

const REPOSITORY = join(import.meta.dirname, '../../../..')

/** A user that exists on every Linux and has no rights. */
const NOBODY = { name: 'nobody', id: '65534' }

const OUTPUT_LIMIT = 64 * 1024 * 1024

/** Gives subordinate ids to the user nobody, as every user of Debian has them, in a separate mount namespace. */
const asNobody = `
home=$1; shift
echo "${NOBODY.name}:1000000:65536" >"$home/subid"
for file in /etc/subuid /etc/subgid; do mount --bind "$home/subid" $file; done
cd "$home/another/folder"
umask 077
exec setpriv --reuid=${NOBODY.id} --regid=${NOBODY.id} --clear-groups "$@"
`

/** A copy of the sources that belongs to a user other than root. */
export interface Nobody extends AsyncDisposable {
  home: string
  /** The clone. */
  folder: string
  /** Runs a program in the copy as the user nobody, with another umask. */
  run(...command: string[]): Promise<void>
}

/** Needs root, to change the user. */
export async function createNobody(): Promise<Nobody> {
  const home = await mkdtemp('/var/tmp/bookinfo-nobody-')
  await using made = new AsyncDisposableStack()
  // Only root can remove files of subordinate ids.
  made.defer(() => rm(home, { recursive: true }))
  const folder = join(home, 'another/folder')
  await copySources(folder)
  await execute('chown', ['-R', `${NOBODY.id}:${NOBODY.id}`, home])
  const kept = made.move()
  const env = {
    ...process.env,
    HOME: home,
    XDG_RUNTIME_DIR: home,
    // Settings that could influence a build differ from those of the test run.
    TZ: 'Asia/Kathmandu',
    LC_ALL: process.env['LC_ALL'] === 'C' ? 'C.UTF-8' : 'C',
    PYTHONDONTWRITEBYTECODE: process.env['PYTHONDONTWRITEBYTECODE'] ? '' : '1',
    // npm passes the paths of its user to child processes.
    npm_config_cache: join(home, '.npm'),
    npm_config_userconfig: join(home, '.npmrc'),
    // The clone may belong to root.
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

/** Output of builds. */
const built = [
  './.turbo',
  './node_modules/.cache',
  './services/*/dist',
  './services/*/.turbo',
  './deploy/images/dist',
  './vm-images/*/dist'
]

/** Copies everything except output of builds to a folder, with new times, as after a fresh clone and install. */
export async function copySources(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const copy = `tar --create ${built.map((path) => `--exclude='${path}'`).join(' ')} . | tar --extract --touch --directory "$0"`
  await execute('sh', ['-c', copy, folder], { cwd: REPOSITORY })
}

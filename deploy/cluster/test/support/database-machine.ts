import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { vi } from 'vitest'

const execute = promisify(execFile)
const START_MS = 60_000

/** A machine outside the cluster, where MariaDB runs: this one. */
export interface Machine extends AsyncDisposable {
  /** For MariaDB's own client, whose root needs no password. */
  env: { MYSQL_SOCKET: string }
}

/** Starts Debian's MariaDB at its usual port. @param folder for its data */
export async function startMachine(folder: string): Promise<Machine> {
  const data = ['--no-defaults', `--datadir=${join(folder, 'data')}`, '--skip-name-resolve']
  await execute('mariadb-install-db', [...data, '--auth-root-authentication-method=normal', '--skip-test-db'])
  const socket = join(folder, 'mysql.sock')
  const server = spawn('mariadbd', [...data, '--user=root', `--socket=${socket}`, '--bind-address=0.0.0.0'], {
    stdio: 'ignore'
  })
  const exit = once(server, 'exit')
  const stop = async () => {
    server.kill('SIGTERM')
    await exit
  }
  try {
    const ask = () => execute('mysql', ['-u', 'root', '-S', socket, '-e', 'SELECT 1'])
    await vi.waitFor(ask, { timeout: START_MS, interval: 250 })
  } catch (error) {
    await stop()
    throw error
  }
  return { env: { MYSQL_SOCKET: socket }, [Symbol.asyncDispose]: stop }
}

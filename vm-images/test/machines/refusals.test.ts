import { freeBasePort, startProgram } from '@bookinfo/suite/testing'
import { startServiceMachine } from '../../src/index.ts'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/** Much shorter than a boot. */
const AT_ONCE_MS = 30_000

async function boot(args: readonly string[]) {
  const port = String(await freeBasePort())
  await using program = startProgram('bin/bootstrap.mjs', ['vm:boot', '--port', port, ...args])
  return { status: await program.ended, stderr: program.stderr, stdout: program.stdout }
}

test(
  'if QEMU does not start, its error message is shown',
  async () => {
    await using stack = new AsyncDisposableStack()
    const folder = await mkdtemp(join(tmpdir(), 'bookinfo-refusals-'))
    stack.defer(() => rm(folder, { recursive: true }))
    const { status, stderr } = await boot(['--data', folder])
    expect(status).toBe(1)
    expect(stderr).toMatch(/^bookinfo: the virtual machine ended with status 1: qemu-system-\S+: .*: Is a directory\n$/)
  },
  AT_ONCE_MS
)

test(
  'a port that another program took first is named',
  async () => {
    const other = createServer().listen({ host: '127.0.0.1', port: 0 })
    await once(other, 'listening')
    try {
      const address = other.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      const starting = startServiceMachine({ host: '127.0.0.1', port, accelerator: 'tcg' })
      await expect(starting).rejects.toThrow(/^the virtual machine ended with status 1: .*host forwarding rule/)
    } finally {
      other.close()
    }
  },
  AT_ONCE_MS
)

test(
  'a log file that cannot be opened is named before the machine starts',
  async () => {
    expect(await boot(['--log', '/no/such/folder/log'])).toEqual({
      status: 1,
      stdout: '',
      stderr:
        `bookinfo: --log must be a writable file, got "/no/such/folder/log": ` +
        `ENOENT: no such file or directory, open '/no/such/folder/log'\n`
    })
  },
  AT_ONCE_MS
)

test('a full disk under the log file switches the machine off', async () => {
  const { status, stdout, stderr } = await boot(['--log', '/dev/full'])
  const reason = '/dev/full cannot be written any more: ENOSPC: no space left on device, write'
  expect(status).toBe(1)
  expect(stdout).toContain(`switching the machine off: ${reason}\n`)
  // An emulated machine that still boots may not notice its power button in time.
  expect(stderr).toMatch(/^bookinfo: the virtual machine was (switched off: .*ENOSPC.*|not off after 60000 ms)\n$/)
})

test('Ctrl-C cuts the power of the machine that vm:verify boots', async () => {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'bookinfo-verify-'))
  stack.defer(() => rm(folder, { recursive: true }))
  const program = stack.use(startProgram('bin/bootstrap.mjs', ['vm:verify'], { TMPDIR: folder }))
  const sockets = async () => (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('/monitor'))
  await expect.poll(sockets, { timeout: AT_ONCE_MS }).toHaveLength(1)
  program.pressCtrlC()
  expect(await program.ended).toBe(130)
  expect(program.stdout + program.stderr).toBe('')
  expect(await readdir(folder)).toEqual([])
})

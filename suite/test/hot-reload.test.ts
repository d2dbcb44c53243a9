import { utimesSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../src/topology.ts'
import { freeBasePort, openPorts } from './support/ports.ts'
import { descendantsOf, expectGone, startProgram } from './support/program.ts'

test('a service starts again when a file of it, or of what it imports, has changed, and Ctrl-C ends it', async () => {
  const basePort = await freeBasePort()
  await using dev = startProgram('src/dev.ts', ['details', '--base-port', String(basePort)])
  await expect.poll(() => openPorts(basePort), { timeout: 20_000 }).toEqual([basePort + 1])
  for (const file of ['services/details/src/book.ts', 'packages/contracts/src/product.ts']) {
    const before = descendantsOf(dev.pid)
    // Changed without being changed: the sources are in use elsewhere.
    utimesSync(join(ROOT, file), new Date(), new Date())
    await dev.says(`s after ${file.replace(/.*\//, '')} changed`)
    expect((await fetch(`http://127.0.0.1:${basePort + 1}/details/0`)).status).toBe(200)
    await expectGone(before)
  }
  const processes = descendantsOf(dev.pid)
  dev.pressCtrlC()
  expect(await dev.ended).toBe(0)
  await expectGone(processes)
  expect(await openPorts(basePort)).toEqual([])
})

test('a launcher that is killed while its service starts leaves nothing behind', async () => {
  const basePort = await freeBasePort()
  await using dev = startProgram('src/dev.ts', ['ratings', '--base-port', String(basePort)])
  await expect.poll(() => descendantsOf(dev.pid).length, { timeout: 20_000, interval: 20 }).toBe(1)
  const processes = descendantsOf(dev.pid)
  dev.signal('SIGKILL')
  await expectGone(processes)
  expect(await openPorts(basePort)).toEqual([])
})

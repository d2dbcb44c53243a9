import { ask, freePort } from '@bookinfo/service-kit/testing'
import { freeBasePort, startProgram, type Program } from '@bookinfo/suite/testing'
import { expect, test } from 'vitest'
import { BOOT_MS, REPLY_MS } from '../support/boot.ts'

const bootstrap = 'bin/bootstrap.mjs'

/** Waits until a program has written a text. A program that ends before fails the test with its output. */
async function untilSays(program: Program, text: string): Promise<void> {
  let over = false
  void program.ended.then(() => (over = true))
  await expect.poll(() => over || program.stdout.includes(text), { timeout: BOOT_MS, interval: 500 }).toBe(true)
  expect(program.stdout + program.stderr).toContain(text)
}

test('npm run vm:boot says when the service answers, and Ctrl-C switches the machine off', async () => {
  const port = await freePort()
  // The program chooses between KVM and emulation itself; /dev/kvm alone does not prove that KVM works.
  await using program = startProgram(bootstrap, ['vm:boot', '--port', String(port)])
  await untilSays(program, `details answers at http://localhost:${port}/details/0 after `)
  expect(await ask(`http://127.0.0.1:${port}`, '/details/0')).toMatchObject({ status: 200, body: { id: 0 } })
  program.pressCtrlC()
  expect(await program.ended).toBe(0)
  expect(program.stderr).toBe('')
  expect(program.stdout).toContain('switching the machine off')
})

test('npm run vm:verify boots the image by each firmware, calls the guest agent and presses the power button', async () => {
  await using program = startProgram(bootstrap, ['vm:verify', 'details'])
  await untilSays(program, 'details by secure-boot: ready after ')
  expect(await program.ended).toBe(0)
  const lines = program.stdout
    .replaceAll(/\d+\.\d s/g, 'N s')
    .trimEnd()
    .split('\n')
  const passed = 'ready after N s, the guest agent answers, the power button works'
  expect(lines).toEqual(['bios', 'uefi', 'secure-boot'].map((firmware) => `details by ${firmware}: ${passed}`))
})

test('npm start -- --details vm shows a page and a trace with the machine in it', async () => {
  const basePort = await freeBasePort()
  await using suite = startProgram(bootstrap, ['start', '--base-port', String(basePort), '--details', 'vm'])
  await untilSays(suite, 'in a browser. Ctrl-C stops everything.')
  expect(suite.stdout).toContain('facts about a book, in a virtual machine')

  const page = await fetch(`http://127.0.0.1:${basePort}/productpage`)
  const text = await page.text()
  expect(text).toContain('1234567890')
  const traces = async () => {
    const answer = await ask(`http://127.0.0.1:${basePort + 6}`, '/api/traces?service=details')
    return JSON.stringify(answer.body)
  }
  await expect.poll(traces, { timeout: REPLY_MS }).toMatch(/"key":"bookinfo\.runtime"[^}]*"value":"vm"/)
  expect(await traces()).toContain('"serviceName":"productpage"')

  suite.pressCtrlC()
  expect(await suite.ended).toBe(0)
})

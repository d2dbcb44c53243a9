import type { Machine } from '../../src/index.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { Type } from 'typebox'
import { Value } from 'typebox/value'

const Started = Type.Object({ pid: Type.Number() })
const Status = Type.Object({
  exited: Type.Boolean(),
  exitcode: Type.Optional(Type.Number()),
  'out-data': Type.Optional(Type.String()),
  'err-data': Type.Optional(Type.String())
})

const POLL_MS = 250

/** Runs a shell command in the guest by its agent and returns its stdout. Throws if the command fails. */
export async function inGuest(machine: Machine, command: string): Promise<string> {
  const args = { path: '/bin/sh', arg: ['-c', command], 'capture-output': true }
  const { pid } = Value.Parse(Started, await machine.askAgent('guest-exec', args))
  for (;;) {
    const status = Value.Parse(Status, await machine.askAgent('guest-exec-status', { pid }))
    if (status.exited) {
      const decode = (text = ''): string => Buffer.from(text, 'base64').toString()
      if (status.exitcode === 0) return decode(status['out-data']).trimEnd()
      throw new Error(`"${command}" failed in the guest: ${decode(status['err-data'])}${decode(status['out-data'])}`)
    }
    await sleep(POLL_MS)
  }
}

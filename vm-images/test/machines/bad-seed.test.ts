import { ask } from '@bookinfo/service-kit/testing'
import { expect, test } from 'vitest'
import { boot } from '../support/boot.ts'
import { inGuest } from '../support/guest.ts'

const bad: [what: string, userData: string | Buffer, warning: RegExp][] = [
  ['not YAML', '#cloud-config\nwrite_files: [\n  - {path: /etc/motd\n', /Failed (?:loading|at merging|to parse)/i],
  ['of wrong types', '#cloud-config\nwrite_files: 5\nruncmd: {a: 1}\nssh_authorized_keys: 7\n', /WARNING|schema/],
  ['binary garbage', Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 167 + 13) % 256)), /WARNING/]
]

test.each(bad)('with user-data that is %s the service starts, and the console shows a warning', async (...args) => {
  const [, userData, warning] = args
  await using booted = await boot({ seed: { kind: 'nocloud', hostname: 'details-v1-vm', userData } })
  const { machine, origin } = booted
  expect(await ask(origin, '/details/0')).toMatchObject({ status: 200 })
  await inGuest(machine, 'cloud-init status --wait || true')
  expect(machine.console()).toMatch(warning)
})

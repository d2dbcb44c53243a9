import { expect, test } from 'vitest'
import { boot } from '../support/boot.ts'
import { inGuest } from '../support/guest.ts'

const userData = `#cloud-config
bootcmd:
- systemd-run --no-block --unit busy --property DefaultDependencies=no sh -c 'while :; do :; done'
`

test('the guest agent starts although the only processor is never idle', async () => {
  await using booted = await boot({ seed: { kind: 'nocloud', hostname: 'details-v1-vm', userData } })
  const { machine } = booted
  expect(await machine.askAgent('guest-ping')).toEqual({})
  expect(await inGuest(machine, 'systemctl is-active busy sysinit.target')).toBe('active\nactive')
  const waiting = await inGuest(machine, 'journalctl --boot --unit rest-of-boot --output cat')
  expect(waiting).toContain('Timed out starting rest-of-boot.service')
  expect(waiting).not.toContain('Finished rest-of-boot.service')
})

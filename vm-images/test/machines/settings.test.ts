import { ask, askFully } from '@bookinfo/service-kit/testing'
import { expect, test } from 'vitest'
import { boot } from '../support/boot.ts'
import { inGuest } from '../support/guest.ts'

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKkHkUkUEyeBMmjO1KxqGqXGeyXvAcfFVVPVsDTzNQ8b somebody@somewhere'

test.each([
  ['NoCloud', 'nocloud'],
  ['ConfigDrive', 'configdrive']
] as const)('user-data by %s sets what the service is told, files, name and keys', async (_name, kind) => {
  const userData = `#cloud-config
write_files:
- path: /etc/bookinfo/details.env
  content: |
    SERVICE_VERSION=v9
    LOG_LEVEL=debug
- path: /etc/motd
  content: hello
runcmd:
- [sh, -c, 'echo done >/run/after']
`
  const seed = { kind, userData, hostname: 'details-v1-vm', publicKeys: [key] }
  await using booted = await boot({ seed })
  const { machine, origin } = booted
  const { status, headers } = await askFully(origin, '/details/0')
  expect({ status, version: headers['x-service-version'] }).toEqual({ status: 200, version: 'v9' })
  expect(await inGuest(machine, 'cloud-init status --wait')).toContain('status: done')
  expect(await inGuest(machine, 'cat /etc/motd')).toBe('hello')
  expect(await inGuest(machine, 'cat /run/after')).toBe('done')
  expect(await inGuest(machine, 'hostname')).toBe('details-v1-vm')
  // A key was given, so somebody may come in, with it alone.
  expect(await inGuest(machine, 'cat /home/bookinfo/.ssh/authorized_keys')).toContain(key)
  expect(await inGuest(machine, 'systemctl is-active ssh')).toBe('active')
  expect(await inGuest(machine, 'sshd -T | grep -E "^(password|kbdinteractive)authentication"')).toBe(
    'passwordauthentication no\nkbdinteractiveauthentication no'
  )
  expect(await ask(origin, '/health')).toMatchObject({ status: 200 })
})

import { ask, askFully } from '@bookinfo/service-kit/testing'
import { expect, test } from 'vitest'
import { boot } from '../support/boot.ts'
import { inGuest } from '../support/guest.ts'

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKkHkUkUEyeBMmjO1KxqGqXGeyXvAcfFVVPVsDTzNQ8b somebody@somewhere'

const MAC = '02:00:00:00:00:01'
const nameServers = '10.0.2.3 10.96.0.10'

/** For NoCloud without the key `network`; both for the card that is there, under another name. */
const byCard = {
  nocloud: {
    version: 1,
    config: [
      { type: 'physical', name: 'eth7', mac_address: MAC, subnets: [{ type: 'dhcp' }] },
      { type: 'nameserver', address: '10.96.0.10' }
    ]
  },
  configdrive: {
    links: [{ id: 'net0', type: 'phy', ethernet_mac_address: MAC }],
    networks: [{ id: 'network0', link: 'net0', type: 'ipv4_dhcp' }],
    services: [{ type: 'dns', address: '10.96.0.10' }]
  }
}

test.each([
  ['NoCloud', 'nocloud'],
  ['ConfigDrive', 'configdrive']
] as const)('%s sets the settings of the service, files, name, keys and network', async (_name, kind) => {
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
  const networkData = JSON.stringify(byCard[kind])
  const seed = { kind, userData, hostname: 'details-v1-vm', publicKeys: [key], networkData }
  await using booted = await boot({ seed, mac: MAC })
  const { machine, origin } = booted
  const { status, headers } = await askFully(origin, '/details/0')
  expect({ status, version: headers['x-service-version'] }).toEqual({ status: 200, version: 'v9' })
  expect(await inGuest(machine, 'cloud-init status --wait')).toContain('status: done')
  expect(await inGuest(machine, 'cat /etc/motd')).toBe('hello')
  expect(await inGuest(machine, 'cat /run/after')).toBe('done')
  expect(await inGuest(machine, 'hostname')).toBe('details-v1-vm')
  for (const address of nameServers.split(' ')) expect(await inGuest(machine, 'resolvectl dns')).toContain(address)
  // The key starts sshd, and it is the only way to log in.
  expect(await inGuest(machine, 'cat /home/bookinfo/.ssh/authorized_keys')).toContain(key)
  expect(await inGuest(machine, 'systemctl is-active ssh')).toBe('active')
  expect(await inGuest(machine, 'sshd -T | grep -E "^(password|kbdinteractive)authentication"')).toBe(
    'passwordauthentication no\nkbdinteractiveauthentication no'
  )
  expect(await ask(origin, '/health')).toMatchObject({ status: 200 })
})

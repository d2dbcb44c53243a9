import { ask, askFully } from '@bookinfo/service-kit/testing'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { boot, REPLY_MS, settings, type Booted } from '../support/boot.ts'
import { inGuest } from '../support/guest.ts'

const CARD = '02:00:00:00:00:01'
const OTHER_CARD = '02:00:00:00:00:02'

const seed = settings({ SERVICE_VERSION: 'v9' })

async function versionOf({ origin }: Booted): Promise<unknown> {
  return (await askFully(origin, '/details/0')).headers['x-service-version']
}

const addressOf = ({ machine }: Booted) => inGuest(machine, 'ip -4 -o address show scope global')

test('disk and seed may be on SATA; network data v1 for a card that is absent leaves DHCP and user-data working', async () => {
  const absent = { type: 'physical', name: 'eth0', mac_address: OTHER_CARD, subnets: [{ type: 'dhcp' }] }
  const networkData = JSON.stringify({ network: { version: 1, config: [absent] } })
  await using booted = await boot({ mac: CARD, diskBus: 'sata', seed: { ...seed, bus: 'sata', networkData } })
  expect(await versionOf(booted)).toBe('v9')
  expect(await addressOf(booted)).toMatch(/inet 10\.0\.2\.2\/24 .*dynamic/)
  const warnings = await inGuest(booted.machine, 'grep WARNING /var/log/cloud-init.log')
  expect(warnings).toContain(`Not all expected physical devices present: {'${OTHER_CARD}'}`)
  const devices = await inGuest(booted.machine, 'findmnt --noheadings --output SOURCE / && blkid -L cidata')
  expect(devices).toMatch(/^\/dev\/sd[a-z]\d\n\/dev\/sr0$/)
})

test('network data v2 finds its card by MAC address; another card at the next boot asks by DHCP', async () => {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'bookinfo-layer-'))
  stack.defer(() => rm(folder, { recursive: true }))
  const card = {
    match: { macaddress: CARD },
    addresses: ['10.0.2.2/24'],
    routes: [{ to: '0.0.0.0/0', via: '10.0.2.1' }],
    nameservers: { addresses: ['10.96.0.10'], search: ['bookinfo.svc.cluster.local'] }
  }
  const networkData = JSON.stringify({ version: 2, ethernets: { 'any-name': card } })
  const options = { layer: join(folder, 'layer.qcow2'), diskBus: 'scsi', seed: { ...seed, networkData } } as const

  const first = stack.use(await boot({ ...options, mac: CARD }))
  expect(await versionOf(first)).toBe('v9')
  expect(await inGuest(first.machine, 'findmnt --noheadings --output SOURCE /')).toMatch(/^\/dev\/sd/)
  expect(await addressOf(first)).toMatch(/inet 10\.0\.2\.2\/24/)
  expect(await addressOf(first)).not.toContain('dynamic')
  expect(await inGuest(first.machine, 'cat /etc/resolv.conf')).toMatch(/^search .*bookinfo\.svc\.cluster\.local/m)
  const id = await inGuest(first.machine, 'cat /etc/machine-id && sync')
  await first.machine.powerOff(REPLY_MS)

  const second = stack.use(await boot({ ...options, mac: OTHER_CARD }))
  expect(await versionOf(second)).toBe('v9')
  expect(await addressOf(second)).toMatch(/inet 10\.0\.2\.2\/24 .*dynamic/)
  expect(await inGuest(second.machine, 'cat /etc/machine-id')).toBe(id)
})

test('a FAT seed with its label in capitals and network data v2 for an absent name; its password opens console and SSH', async () => {
  const userData = '#cloud-config\npassword: bookinfo\nchpasswd: { expire: False }\nssh_pwauth: True\n'
  const networkData = JSON.stringify({ network: { version: 2, ethernets: { eth0: { dhcp4: true } } } })
  // As mkfs.vfat writes it.
  await using booted = await boot({ seed: { ...seed, userData, fileSystem: 'fat', label: 'CIDATA', networkData } })
  const { machine, origin } = booted
  expect(await ask(origin, '/details/0')).toMatchObject({ status: 200 })
  expect(await inGuest(machine, 'cloud-init status --wait || true')).toMatch(/status: done/)
  expect(await inGuest(machine, 'hostname')).toBe('details-v1-vm')
  expect(await inGuest(machine, 'passwd --status bookinfo')).toMatch(/^bookinfo P /)
  const ssh = () => inGuest(machine, 'systemctl is-active ssh || true')
  await expect.poll(ssh, { timeout: REPLY_MS }).toBe('active')
  expect(await inGuest(machine, 'sshd -T | grep ^passwordauthentication')).toBe('passwordauthentication yes')
})

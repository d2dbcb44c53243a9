import { ask } from '@bookinfo/service-kit/testing'
import { expect, test } from 'vitest'
import { boot } from '../support/boot.ts'
import { inGuest } from '../support/guest.ts'

test('without a seed the service has its defaults, and cloud-init does not start', async () => {
  await using booted = await boot()
  const { machine, origin } = booted
  expect(await ask(origin, '/details/0')).toMatchObject({ status: 200 })
  expect(await inGuest(machine, 'cloud-init status || true')).toContain('status: disabled')
  // Without a key nobody can log in, and sshd does not run.
  expect(await inGuest(machine, 'systemctl is-active ssh || true')).toBe('inactive')
  expect(await inGuest(machine, 'ls /etc/ssh/ssh_host_* 2>/dev/null | wc -l')).toBe('0')
  expect(await inGuest(machine, "awk -F: '$2 !~ /^[!*]/' /etc/shadow")).toBe('')
  expect(await inGuest(machine, "awk -F: '$3 >= 1000 && $3 < 60000 { print $1 }' /etc/passwd")).toBe('')
})

test('256 MiB are enough', async () => {
  await using booted = await boot({ memoryMiB: 256 })
  const { machine, origin } = booted
  expect(await ask(origin, '/details/0')).toMatchObject({ status: 200 })
  const available = Number(await inGuest(machine, "awk '/^MemAvailable/ { print $2 }' /proc/meminfo"))
  expect(available).toBeGreaterThan(64 * 1024)
  expect(await inGuest(machine, 'journalctl --dmesg --grep "Out of memory" --quiet || true')).toBe('')
})

test('it boots with Secure Boot, and its kernel knows that', async () => {
  await using booted = await boot({ firmware: 'secure-boot' })
  const { machine, origin } = booted
  expect(await ask(origin, '/details/0')).toMatchObject({ status: 200 })
  expect(await inGuest(machine, 'cat /sys/kernel/security/lockdown')).toContain('[integrity]')
})

import { ask } from '@bookinfo/service-kit/testing'
import { afterAll, expect, test } from 'vitest'
import { boot, REPLY_MS } from '../support/boot.ts'
import { inGuest } from '../support/guest.ts'

const { machine, origin, ...booted } = await boot({ memoryMiB: 256, firmware: 'secure-boot' })
afterAll(() => booted[Symbol.asyncDispose]())

test('without a seed the service has its defaults, and cloud-init does not start', async () => {
  expect(await ask(origin, '/details/0')).toMatchObject({ status: 200 })
  expect(await inGuest(machine, 'cloud-init status || true')).toContain('status: disabled')
  // Without a key nobody can log in, and sshd does not run.
  expect(await inGuest(machine, 'systemctl is-active ssh || true')).toBe('inactive')
  expect(await inGuest(machine, 'ls /etc/ssh/ssh_host_* 2>/dev/null | wc -l')).toBe('0')
  expect(await inGuest(machine, "awk -F: '$2 !~ /^[!*]/' /etc/shadow")).toBe('')
  expect(await inGuest(machine, "awk -F: '$3 >= 1000 && $3 < 60000 { print $1 }' /etc/passwd")).toBe('')
})

test('256 MiB are enough', async () => {
  const available = Number(await inGuest(machine, "awk '/^MemAvailable/ { print $2 }' /proc/meminfo"))
  expect(available).toBeGreaterThan(64 * 1024)
  expect(await inGuest(machine, 'journalctl --dmesg --grep "Out of memory" --quiet || true')).toBe('')
})

test('it boots with Secure Boot, and its kernel knows that', async () => {
  expect(await inGuest(machine, 'cat /sys/kernel/security/lockdown')).toContain('[integrity]')
})

test('the console names a wrong setting, and the service starts once it is corrected', async () => {
  await inGuest(
    machine,
    'mkdir -p /etc/bookinfo && echo LOG_LEVEL=loud >/etc/bookinfo/details.env && systemctl restart details'
  )
  await expect.poll(() => machine.console(), { timeout: REPLY_MS }).toMatch(/details: LOG_LEVEL.*"?loud"?/)
  await inGuest(machine, 'rm /etc/bookinfo/details.env')
  await expect
    .poll(() => ask(origin, '/health').catch(() => undefined), { timeout: REPLY_MS })
    .toMatchObject({ status: 200 })
})

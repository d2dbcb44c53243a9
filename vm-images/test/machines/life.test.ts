import { createRecordedTracing } from '@bookinfo/tracing/testing'
import { startViewer } from '@bookinfo/trace-viewer/testing'
import { HOST_SEEN_FROM_GUEST } from '../../src/index.ts'
import { addressOf, ask } from '@bookinfo/service-kit/testing'
import { startProductpage } from '@bookinfo/productpage/testing'
import { afterAll, expect, test } from 'vitest'
import { boot, BOOT_MS, REPLY_MS, settings } from '../support/boot.ts'
import { inGuest } from '../support/guest.ts'

const viewer = await startViewer({ env: { ALLOWED_HOSTS: HOST_SEEN_FROM_GUEST } })
const { machine, origin, ...booted } = await boot({
  seed: settings({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://${HOST_SEEN_FROM_GUEST}:${new URL(viewer.otlpOrigin).port}`,
    OTEL_BSP_SCHEDULE_DELAY: '100',
    NODE_DEBUG_NATIVE: 'COMPILE_CACHE'
  })
})
afterAll(async () => {
  await booted[Symbol.asyncDispose]()
  await viewer[Symbol.asyncDispose]()
})

test('its span is part of the trace of a page, and names the virtual machine', async () => {
  const tracing = createRecordedTracing('productpage')
  const address = addressOf('details', Number(new URL(origin).port))
  await using productpage = await startProductpage(address, { tracing })
  // Productpage waits three seconds. On a busy host the first answer of a new machine can take longer.
  const visit = async () => {
    await (await fetch(`${productpage.origin}/productpage`)).text()
    return tracing.spans().find(({ attributes }) => {
      return attributes['url.full'] === `${origin}/details/0` && attributes['http.response.status_code'] === 200
    })
  }
  await expect.poll(visit, { timeout: REPLY_MS }).toBeDefined()
  const call = await visit()
  const { traceId, spanId } = call?.spanContext() ?? {}
  const read = () => viewer.read(`/api/traces/${traceId}`)
  await expect.poll(read, { timeout: REPLY_MS }).toMatchObject({
    status: 200,
    body: {
      data: [
        {
          spans: [
            {
              operationName: 'GET /details/:id',
              references: [{ refType: 'CHILD_OF', traceID: traceId, spanID: spanId }]
            }
          ],
          processes: {
            p1: {
              serviceName: 'details',
              tags: expect.arrayContaining([
                expect.objectContaining({ key: 'bookinfo.runtime', value: 'vm' }),
                expect.objectContaining({ key: 'host.name', value: 'details-v1-vm' })
              ])
            }
          }
        }
      ]
    }
  })
})

test('it has the metrics of a container', async () => {
  const { status, type, body } = await ask(origin, '/metrics')
  expect({ status, type }).toEqual({ status: 200, type: 'text/plain; version=0.0.4; charset=utf-8' })
  expect(body).toContain('# TYPE http_server_request_duration_seconds histogram')
})

test('the guest agent answers', async () => {
  expect(await machine.askAgent('guest-ping')).toEqual({})
  expect(await machine.askAgent('guest-get-osinfo')).toMatchObject({ id: 'debian', 'version-id': '13' })
})

test('no unit has failed, and only the service listens', async () => {
  await inGuest(machine, 'cloud-init status --wait')
  expect(await inGuest(machine, 'systemctl --failed --plain --no-legend')).toBe('')
  // systemd breaks a cycle by not starting one of its units.
  expect(await inGuest(machine, 'journalctl --boot _PID=1 --grep "ordering cycle" --quiet || true')).toBe('')
  expect(await inGuest(machine, 'grep -e WARNING -e ERROR /var/log/cloud-init.log || true')).toBe('')
  const listening = await inGuest(machine, "ss -ltnuH | awk '{ print $5 }' | sort -u")
  const open = listening.split('\n').filter((address) => !address.startsWith('127.') && !address.endsWith(':68'))
  expect(open).toEqual(['*:9080'])
})

test('the service starts before the rest of the boot, from compiled code', async () => {
  const order = 'systemctl show --value --property ActiveEnterTimestampMonotonic'
  const [service = NaN, ...rest] = (await inGuest(machine, `${order} details sysinit.target qemu-guest-agent`))
    .split('\n')
    .filter(Boolean)
    .map(Number)
  expect(rest).toHaveLength(2)
  for (const later of rest) expect(later).toBeGreaterThan(service)
  expect(machine.console()).toMatch(/main\.js was accepted/)
})

test('the service runs as a dynamic user with hardly any rights', async () => {
  const pid = await inGuest(machine, 'systemctl show --property MainPID --value details')
  const status = await inGuest(machine, `cat /proc/${pid}/status`)
  expect(status).toMatch(/^Uid:\t(6[1-5]\d{3})\t\1\t\1\t\1$/m)
  expect(status).toMatch(/^CapBnd:\t0+$/m)
  expect(status).toMatch(/^NoNewPrivs:\t1$/m)
  expect(status).toMatch(/^Seccomp:\t2$/m)
  const exposure = await inGuest(machine, 'systemd-analyze security --no-pager details.service | tail -n 1')
  const [, level = NaN] = /details\.service: ([\d.]+)/.exec(exposure) ?? []
  expect(Number(level)).toBeLessThanOrEqual(2)
})

test('a key from the guest agent starts sshd, and sshd stops with the last key', async () => {
  const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKkHkUkUEyeBMmjO1KxqGqXGeyXvAcfFVVPVsDTzNQ8b somebody@somewhere'
  const ssh = () => inGuest(machine, 'systemctl is-active ssh || true')
  expect(await ssh()).toBe('inactive')
  await machine.askAgent('guest-ssh-add-authorized-keys', { username: 'bookinfo', keys: [key] })
  await expect.poll(ssh, { timeout: REPLY_MS }).toBe('active')
  expect(await inGuest(machine, "ss -ltnH 'sport = :22' | wc -l")).not.toBe('0')
  await machine.askAgent('guest-ssh-remove-authorized-keys', { username: 'bookinfo', keys: [key] })
  await expect.poll(ssh, { timeout: REPLY_MS }).toBe('inactive')
  // A user that was added after the boot.
  await inGuest(
    machine,
    `useradd --create-home reader && cd ~reader && mkdir .ssh && echo '${key}' >.ssh/authorized_keys`
  )
  await expect.poll(ssh, { timeout: REPLY_MS }).toBe('active')
})

test('systemd starts a killed service again', async () => {
  const pid = await inGuest(machine, 'systemctl show --property MainPID --value details')
  await inGuest(machine, `kill -KILL ${pid}`)
  await expect
    .poll(() => ask(origin, '/health').catch(() => undefined), { timeout: REPLY_MS })
    .toMatchObject({ status: 200 })
  expect(await inGuest(machine, 'systemctl show --property MainPID --value details')).not.toBe(pid)
})

test('the log is on the console and in the journal', async () => {
  expect(machine.console()).toContain('Server listening on: http://0.0.0.0:9080')
  expect(await inGuest(machine, 'journalctl --unit details --output cat')).toContain('Server listening on')
})

test('a reboot keeps the identity of the machine', async () => {
  const id = await inGuest(machine, 'cat /etc/machine-id')
  expect(id).toMatch(/^[0-9a-f]{32}$/)
  const bootId = await inGuest(machine, 'cat /proc/sys/kernel/random/boot_id')
  const boots = () => machine.console().split("running 'init-local'").length - 1
  expect(boots()).toBe(1)
  // The agent may stop before it has answered, so its answer is not awaited.
  await machine.askAgent('guest-exec', { path: '/usr/bin/systemctl', arg: ['--no-block', 'reboot'] })
  await expect.poll(boots, { timeout: BOOT_MS, interval: 1000 }).toBe(2)
  await expect
    .poll(() => ask(origin, '/health').catch(() => undefined), { timeout: BOOT_MS })
    .toMatchObject({ status: 200 })
  expect(await inGuest(machine, 'cat /proc/sys/kernel/random/boot_id')).not.toBe(bootId)
  expect(await inGuest(machine, 'cat /etc/machine-id')).toBe(id)
  expect(await inGuest(machine, 'hostname')).toBe('details-v1-vm')
})

test('the power button stops the service in order, then the machine', async () => {
  await machine.powerOff(REPLY_MS)
  expect(machine.console()).toContain('"msg":"stopping')
  expect(await machine.ended).toBe('status 0')
})

import { filesOf, ownArchitecture, readImage, requireDataDisk, settingsAsUserData } from '../../src/index.ts'
import { run } from '@bookinfo/cli'
import { createConnection } from 'mysql2/promise'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { ask, json } from '@bookinfo/service-kit/testing'
import { patiently, startRatings } from '@bookinfo/ratings/testing'
import { boot, type Booted } from '../support/boot.ts'
import { inGuest } from '../support/guest.ts'

const files = filesOf(readImage('mysql'), ownArchitecture())
/** Characters that are special in SQL, the shell or systemd's files. */
const PASSWORD = `it's a "pass\\word" of $HOME, 100 % \`id\` #`
const settings = { MYSQL_DB_USER: 'bookinfo', MYSQL_DB_PASSWORD: PASSWORD }

const folder = await mkdtemp(join(tmpdir(), 'bookinfo-mysql-'))
const data = join(folder, 'data.raw')
await requireDataDisk(data)
let booted: Booted = await start()
afterAll(async () => {
  await booted[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

function start(): Promise<Booted> {
  const userData = settingsAsUserData('mysql', settings)
  return boot({ image: 'mysql', data, seed: { kind: 'nocloud', hostname: 'mysqldb-v1-vm', userData } })
}

function ratings(password = PASSWORD, errorsExpected = false) {
  const { port } = new URL(booted.origin)
  const server = { MYSQL_DB_HOST: '127.0.0.1', MYSQL_DB_PORT: port, MYSQL_DB_USER: 'bookinfo' }
  const env = { SERVICE_VERSION: 'v2', DB_TYPE: 'mysql', ...server, MYSQL_DB_PASSWORD: password }
  return startRatings(env, { databaseTimes: { ...patiently, prepareMs: 60_000, budgetMs: 60_000 } }, { errorsExpected })
}

const stars = json(200, { id: 7, ratings: { Reviewer1: 5, Reviewer2: 4, jason: 3 } })

test('ratings v2 stores stars in it', async () => {
  await using service = await ratings()
  const first = json(200, { id: 7, ratings: { Reviewer1: 5, Reviewer2: 4 } })
  expect(await ask(service.origin, '/ratings/7')).toEqual(first)
  expect(await ask(service.origin, '/ratings/7', { method: 'POST', body: '{"jason":3}' })).toEqual(stars)
})

test('it refuses a wrong password, another user, and root', async () => {
  const port = Number(new URL(booted.origin).port)
  for (const who of [
    { user: 'bookinfo', password: 'password' },
    { user: 'bookinfo' },
    { user: 'root' },
    { user: 'mysql' }
  ]) {
    const connecting = createConnection({ host: '127.0.0.1', port, connectTimeout: 60_000, ...who })
    await expect(connecting).rejects.toThrow(/Access denied/)
  }
  await using service = await ratings('password', true)
  expect(await ask(service.origin, '/ratings/7')).toEqual(json(500, { error: 'could not connect to ratings database' }))
})

test('no unit has failed, and only the database listens', async () => {
  const { machine } = booted
  await inGuest(machine, 'cloud-init status --wait')
  expect(await inGuest(machine, 'systemctl --failed --plain --no-legend')).toBe('')
  const listening = await inGuest(machine, "ss -ltnuH | awk '{ print $5 }' | sort -u")
  const open = listening.split('\n').filter((address) => !address.startsWith('127.') && !address.endsWith(':68'))
  expect(open.toSorted()).toEqual(['*:3306', '0.0.0.0:3306'])
  expect(machine.console()).toContain('mysql: listens on port 3306 for user bookinfo with the given password')
  expect(machine.console()).not.toContain('of $HOME')
})

test('the database runs as its own user with hardly any rights', async () => {
  const { machine } = booted
  const pid = await inGuest(machine, 'systemctl show --property MainPID --value mysql')
  const status = await inGuest(machine, `cat /proc/${pid}/status`)
  expect(status).toMatch(/^Uid:\t306\t306\t306\t306$/m)
  expect(status).toMatch(/^CapBnd:\t0+$/m)
  expect(status).toMatch(/^NoNewPrivs:\t1$/m)
  expect(status).toMatch(/^Seccomp:\t2$/m)
  expect(await inGuest(machine, `tr '\\0' '\\n' </proc/${pid}/environ | grep -c PASSWORD || true`)).toBe('0')
  const exposure = await inGuest(machine, 'systemd-analyze security --no-pager mysql.service | tail -n 1')
  const [, level = NaN] = /mysql\.service: ([\d.]+)/.exec(exposure) ?? []
  expect(Number(level)).toBeLessThanOrEqual(2)
})

test('systemd starts a killed database again, with its data', async () => {
  const { machine } = booted
  const pid = await inGuest(machine, 'systemctl show --property MainPID --value mysql')
  await inGuest(machine, `kill -KILL ${pid}`)
  await using service = await ratings(PASSWORD, true)
  await expect.poll(() => ask(service.origin, '/ratings/7'), { timeout: 300_000 }).toEqual(stars)
})

test('without a password it does not listen on the network', async () => {
  const { machine } = booted
  await inGuest(machine, 'mv /etc/bookinfo/mysql.env /run/kept && systemctl restart mysql')
  expect(machine.console()).toContain('mysql: no password is set')
  expect(await inGuest(machine, "ss -ltnH 'sport = :3306'")).toBe('')
  expect(
    await inGuest(machine, "mariadb --batch --skip-column-names -e 'SELECT COUNT(*) FROM test.bookinfo_ratings'")
  ).toBe('1')
  await inGuest(machine, 'mv /run/kept /etc/bookinfo/mysql.env && systemctl restart mysql')
})

test('stars survive a power-off and a new machine, on the second disk', async () => {
  await booted.machine.powerOff()
  expect(await booted.machine.ended).toBe('status 0')
  await booted[Symbol.asyncDispose]()
  booted = await start()
  await using service = await ratings()
  expect(await ask(service.origin, '/ratings/7')).toEqual(stars)
  expect(booted.machine.console()).toContain('mysql: the data is on the data disk')
  expect(booted.machine.console()).not.toMatch(/mysql: (creating a new database|the data disk is empty)/)
})

test('the disk is a sound qcow2 of at most 100 MB, with a bill of materials', async () => {
  await run('qemu-img', ['check', files.disk])
  expect((await stat(files.disk)).size).toBeLessThanOrEqual(100e6)
  const bill: { components: { name: string }[] } = JSON.parse(readFileSync(files.bill, 'utf8'))
  const names = bill.components.map(({ name }) => name)
  for (const name of ['mariadb-server-core', 'cloud-init', 'qemu-guest-agent']) expect(names).toContain(name)
  for (const name of ['node', 'fastify', 'apt', 'perl-base']) expect(names).not.toContain(name)
  const config = JSON.parse(await run('skopeo', ['inspect', '--config', `oci-archive:${files.containerDisk}`]))
  expect(config.config.Labels).toMatchObject({ 'org.opencontainers.image.title': 'examples-bookinfo-mysql-vm' })
})

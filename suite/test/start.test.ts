import { ask } from '@bookinfo/service-kit/testing'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, test, vi } from 'vitest'
import { freeBasePort, openPorts } from './support/ports.ts'
import { descendantsOf, expectGone, startProgram } from './support/program.ts'

// Whole suites start here, beside other tests.
vi.setConfig({ testTimeout: 180_000 })

const main = 'src/main.ts'
const bootstrap = 'bin/bootstrap.mjs'
const READY = 'in a browser. Ctrl-C stops everything.'

test('npm start shows what runs where, all of it runs, and Ctrl-C ends it all', async () => {
  const basePort = await freeBasePort()
  await using suite = startProgram(bootstrap, ['start', '--base-port', String(basePort)])
  await suite.says(READY)
  expect(suite.stdout.split('\n').map((line) => line.trim().split(/ {2,}/))).toEqual([
    ['service', 'version', 'address', 'what it is'],
    ['productpage', 'v1', `http://localhost:${basePort}/productpage`, 'the page that people see'],
    ['details', 'v1', `http://localhost:${basePort + 1}/details/0`, 'facts about a book'],
    ['ratings', 'v1', `http://localhost:${basePort + 2}/ratings/0`, 'stars by reviewer'],
    ['reviews', 'v1', `http://localhost:${basePort + 3}/reviews/0`, 'reviews without stars'],
    ['reviews', 'v2', `http://localhost:${basePort + 4}/reviews/0`, 'reviews with black stars'],
    ['reviews', 'v3', `http://localhost:${basePort + 5}/reviews/0`, 'reviews with red stars'],
    ['trace-viewer', `http://localhost:${basePort + 6}/`, 'where the time of each request went'],
    [''],
    [`Open http://localhost:${basePort}/productpage ${READY}`],
    [`Break something, and see what happens: http://localhost:${basePort + 6}/lab`],
    [''],
    ['']
  ])

  // The services neither need the viewer nor wait for it.
  await expect.poll(() => openPorts(basePort), { timeout: 50_000 }).toHaveLength(8)
  const addresses = suite.stdout.match(/http:\S+(?=  )/g) ?? []
  const statuses = await Promise.all(addresses.map(async (address) => (await fetch(address)).status))
  expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 200])
  // The versions of reviews are asked in turn, and say so on the page.
  const pods = new Set<string | undefined>()
  while (pods.size < 3) {
    const page = await (await fetch(`http://127.0.0.1:${basePort}/productpage`)).text()
    expect(page).toContain('Reviewer1')
    const pod = /reviews-v\d-local/.exec(page)?.[0]
    expect(pods).not.toContain(pod)
    pods.add(pod)
  }

  const processes = descendantsOf(suite.pid)
  // The launcher, the six, and the viewer.
  expect(processes).toHaveLength(8)
  suite.pressCtrlC()
  expect(await suite.ended).toBe(0)
  expect(suite.stderr).toBe('')
  await expectGone(processes)
  expect(await openPorts(basePort)).toEqual([])
})

test('who stops the bootstrap alone, even while the services start, stops everything', async () => {
  const basePort = await freeBasePort()
  await using suite = startProgram(bootstrap, ['start', '--base-port', String(basePort)])
  await expect.poll(() => descendantsOf(suite.pid).length, { timeout: 50_000, interval: 20 }).toBe(8)
  const processes = descendantsOf(suite.pid)
  suite.signal('SIGTERM')
  expect(await suite.ended).toBe(0)
  expect(suite.stdout).not.toContain(READY)
  await expectGone(processes)
})

test('a service that dies is named, the others go on, and it starts again; --verbose shows what they log', async () => {
  const basePort = await freeBasePort()
  await using suite = startProgram(main, ['--verbose', '--base-port', String(basePort)])
  await suite.says(READY)
  // For programs, as this is no terminal.
  expect(suite.stdout).toMatch(/^\{"level":"info",.*"service":"details",.*"msg":"Server listening on: [^"]*"\}$/m)
  const processes = descendantsOf(suite.pid)
  const victim = processes.find(({ command }) => command.includes('ratings'))
  process.kill(victim?.pid ?? 0, 'SIGKILL')
  await suite.says('ratings-v1 ended by itself with signal SIGKILL; the others go on without it.')
  expect((await fetch(`http://127.0.0.1:${basePort}/productpage`)).status).toBe(200)
  const lab = `http://127.0.0.1:${basePort + 8}`
  const { body: before } = await ask(lab, '/lab')
  expect(before).toMatchObject({
    services: expect.arrayContaining([{ name: 'ratings-v1', state: 'ended', how: 'signal SIGKILL' }])
  })
  const { body: after } = await ask(lab, '/services/ratings-v1/start', { method: 'POST' })
  expect(after).toMatchObject({ services: expect.arrayContaining([{ name: 'ratings-v1', state: 'running' }]) })
  expect((await ask(`http://127.0.0.1:${basePort + 2}`, '/ratings/0')).status).toBe(200)
  processes.push(...descendantsOf(suite.pid))
  suite.pressCtrlC()
  expect(await suite.ended).toBe(0)
  await expectGone(processes)
  expect(await openPorts(basePort)).toEqual([])
})

test('a launcher that is killed leaves nothing behind', async () => {
  const basePort = await freeBasePort()
  await using suite = startProgram(main, ['--base-port', String(basePort)])
  await suite.says(READY)
  const processes = descendantsOf(suite.pid)
  suite.signal('SIGKILL')
  expect(await suite.ended).toBe('SIGKILL')
  await expectGone(processes)
  expect(await openPorts(basePort)).toEqual([])
})

test('a service that cannot start is named with its reason', async () => {
  const basePort = await freeBasePort()
  await using suite = startProgram(main, ['--base-port', String(basePort)], { LOG_LEVEL: 'loud' })
  expect(await suite.ended).toBe(1)
  expect(suite.stdout).toBe('')
  expect(suite.stderr).toMatch(
    /^bookinfo: \S+ ended by itself with status 1: \w+: LOG_LEVEL must be one of .*, got "loud" .*\)\n$/
  )
  expect(await openPorts(basePort)).toEqual([])
})

test('a port in use is named before anything starts', async () => {
  const basePort = await freeBasePort()
  const other = createServer().listen({ host: '127.0.0.1', port: basePort + 4 })
  await once(other, 'listening')
  try {
    await using suite = startProgram(main, ['--base-port', String(basePort)])
    expect(await suite.ended).toBe(1)
    expect(suite.stdout).toBe('')
    expect(suite.stderr).toBe(
      `bookinfo: port ${basePort + 4}, which reviews-v2 needs, is in use: stop the program that has it, ` +
        'or take 9 other ports with --base-port N (for example npm start -- --base-port 9180)\n'
    )
  } finally {
    other.close()
  }
})

test('who reads its output and has seen enough ends it quietly', async () => {
  const basePort = await freeBasePort()
  await using suite = startProgram(main, ['--verbose', '--base-port', String(basePort)])
  await suite.says('Server listening on')
  const processes = descendantsOf(suite.pid)
  suite.stopReading()
  expect(await suite.ended).toBe(0)
  expect(suite.stderr).toBe('')
  await expectGone(processes)
})

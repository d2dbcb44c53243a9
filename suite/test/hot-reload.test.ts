import { ask } from '@bookinfo/service-kit/testing'
import { utimesSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { ROOT } from '../src/topology.ts'
import { freeBasePort, openPorts } from './support/ports.ts'
import { cpuSeconds, descendantsOf, expectGone, startProgram } from './support/program.ts'
import { copyRepository } from './support/repository.ts'

// Whole suites start here, beside other tests.
vi.setConfig({ testTimeout: 180_000 })

const patience = { timeout: 50_000, interval: 100 }
const bootstrap = 'suite/bin/bootstrap.mjs'
const READY = 'in a browser. Ctrl-C stops everything.'

test('npm run dev restarts what a changed file belongs to and nothing else, the viewer keeps its traces, and Ctrl-C ends it', async () => {
  const basePort = await freeBasePort()
  const [details, viewer] = [`http://127.0.0.1:${basePort + 1}`, `http://127.0.0.1:${basePort + 6}`]
  await using dev = startProgram(join(ROOT, bootstrap), ['dev', '--base-port', String(basePort)])
  await dev.says(READY)
  const pidOf = (name: string) => descendantsOf(dev.pid).find(({ command }) => command.includes(name))?.pid
  const before = { ratings: pidOf('services/ratings'), viewer: pidOf('trace-viewer') }
  await ask(details, '/details/0', {
    headers: { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' }
  })
  const trace = async () => String((await ask(viewer, '/trace/4bf92f3577b34da6a3ce929d0e0e4736')).body)
  await expect.poll(trace, patience).toMatch(/What the services logged[^]*request completed/)

  // Changed without being changed: the sources are in use elsewhere.
  utimesSync(join(ROOT, 'services/details/src/book.ts'), new Date(), new Date())
  await dev.says('details answers again, ')
  expect(dev.stdout).toMatch(/^details answers again, \d+\.\d s after book\.ts changed$/m)
  expect(pidOf('services/ratings')).toBe(before.ratings)
  // The kit is the viewer's too, which keeps its traces all the same.
  utimesSync(join(ROOT, 'packages/service-kit/src/server/probes.ts'), new Date(), new Date())
  await dev.says('s after probes.ts changed')
  expect(dev.stdout).toMatch(/^productpage, details, ratings, reviews answer again, /m)
  expect(pidOf('trace-viewer')).toBe(before.viewer)
  expect(await trace()).toContain('GET /details/')

  const processes = descendantsOf(dev.pid)
  dev.pressCtrlC()
  expect(await dev.ended).toBe(0)
  expect(dev.stderr).toBe('')
  await expectGone(processes)
  expect(await openPorts(basePort)).toEqual([])
})

test('npm run dev has the lab, tells a syntax error and a type error in four lines each, and goes on', async () => {
  const basePort = await freeBasePort()
  const [page, details] = [`http://127.0.0.1:${basePort}`, `http://127.0.0.1:${basePort + 1}`]
  await using copy = await copyRepository()
  const args = ['dev', '--base-port', String(basePort), '--split', 'v2=100']
  await using dev = startProgram(join(copy.folder, bootstrap), args)
  await dev.says(READY)
  const lab = async () => (await ask(`http://127.0.0.1:${basePort + 8}`, '/lab').catch(() => undefined))?.body
  await expect.poll(lab, patience).toMatchObject({ split: { v2: 100 } })

  const file = join(copy.folder, 'services/details/src/book.ts')
  const source = await readFile(file, 'utf8')
  const line = source.split('\n').length
  await writeFile(file, `${source}const broken = [1,, ;\n`)
  await dev.says(`\nservices/details/src/book.ts:${line}:`)
  const fourLines = /^services\/details\/src\/book\.ts:\d+:21\nSyntaxError: .+\nconst broken = \[1,, ;\n {20}\^\n/m
  await expect.poll(() => dev.stdout, patience).toMatch(fourLines)
  for (let visit = 0; visit < 5; visit += 1)
    expect(String((await ask(page, '/productpage')).body)).toContain('Reviewer1')
  const warnings = () => dev.stdout.match(/^\{"level":"warn".*"service":"productpage".*$/gm)
  await expect.poll(warnings, patience).toEqual([expect.stringContaining('details')])

  await writeFile(file, `${source}export const wrong: number = 'text'\n`)
  await dev.says("TS2322: Type 'string' is not assignable to type 'number'.")
  await dev.says('details answers again')
  expect(warnings(), 'one for all pages').toHaveLength(1)
  const told = `services/details/src/book.ts:${line}:14
TS2322: Type 'string' is not assignable to type 'number'.
export const wrong: number = 'text'
             ^
`
  expect(dev.stdout).toContain(told)
  expect((await ask(details, '/details/0')).status).toBe(200)

  await writeFile(file, source)
  await dev.says('no type errors any more')

  // A caller in another file is wrong now.
  const checker = descendantsOf(dev.pid).find(({ command }) => command.includes('type-checker.ts'))
  const before = cpuSeconds(checker?.pid ?? NaN)
  await writeFile(
    file,
    source.replace('(caller: Caller) => Promise<Book>', '(caller: Caller, page: number) => Promise<Book>')
  )
  await dev.says('TS2554: Expected 2 arguments, but got 1.')
  // Two seconds are the goal, on a machine that does nothing else.
  expect(cpuSeconds(checker?.pid ?? NaN) - before).toBeLessThanOrEqual(2)
  expect(dev.stdout).toMatch(/^services\/details\/src\/routes\.ts:\d+:\d+\nTS2554: .+\n.+\n +\^\n/m)
  const status = async () => (await ask(details, '/details/0').catch(() => undefined))?.status
  await expect.poll(status, patience).toBe(200)
  await writeFile(file, source)
  await expect.poll(() => dev.stdout.match(/^no type errors any more$/gm), patience).toHaveLength(2)
  dev.pressCtrlC()
  expect([await dev.ended, dev.stderr]).toEqual([0, ''])
})

test('npm run dev that is killed while it starts leaves nothing behind', async () => {
  const basePort = await freeBasePort()
  await using dev = startProgram('src/main.ts', ['--watch', '--base-port', String(basePort)])
  await expect.poll(() => descendantsOf(dev.pid).length, { ...patience, interval: 20 }).toBeGreaterThan(6)
  const processes = descendantsOf(dev.pid)
  dev.signal('SIGKILL')
  await expectGone(processes)
  expect(await openPorts(basePort)).toEqual([])
})

test('services that cannot start are named, and do not end npm run dev', async () => {
  const basePort = await freeBasePort()
  await using dev = startProgram('src/main.ts', ['--watch', '--base-port', String(basePort)], { LOG_LEVEL: 'loud' })
  await dev.says('it starts again when a file changes')
  await dev.says(READY)
  expect(dev.stdout.match(/^ratings-v1 ended with status 1: .*LOG_LEVEL must be/gm)).toHaveLength(1)
  dev.pressCtrlC()
  expect(await dev.ended).toBe(0)
})

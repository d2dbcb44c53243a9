import { expect, test, vi } from 'vitest'
import { freeBasePort, openPorts } from './support/ports.ts'
import { startProgram } from './support/program.ts'
import { openTerminal } from './support/terminal.ts'

// Whole suites start here, beside other tests.
vi.setConfig({ testTimeout: 180_000 })

const READY = 'in a browser. Ctrl-C stops everything.'
const coloured = '\u001B[32mINFO\u001B[39m: \u001B[36mServer listening on: http://0.0.0.0:'

test('on a terminal npm start shows log lines in colours, and Ctrl-C ends it', async () => {
  const basePort = await freeBasePort()
  await using terminal = openTerminal('node', ['src/main.ts', '--verbose', '--base-port', String(basePort)])
  await terminal.shows(READY)
  expect(terminal.text).toMatch(/details-v1     \[\d\d:\d\d:\d\d\.\d{3}\] /)
  expect(terminal.text).toContain(coloured)
  expect(terminal.text).not.toContain('{"level"')
  terminal.pressCtrlC()
  expect(await terminal.ended).toBe(0)
  expect(await openPorts(basePort)).toEqual([])
})

test('on a terminal the table is there at once, and fills while the services become ready', async () => {
  const basePort = await freeBasePort()
  await using terminal = openTerminal('node', ['src/main.ts', '--base-port', String(basePort)])
  await terminal.shows('starting ...')
  expect(terminal.text).toContain('\r\n  productpage   v1       starting ...\r\n')
  await terminal.shows(READY)
  // The last table is complete: it was written over the one before.
  const last = terminal.text.slice(terminal.text.lastIndexOf('\u001B[J'))
  expect(last).not.toContain('starting')
  expect(last).toContain(
    `productpage   v1       http://localhost:${basePort}/productpage  the page that people see\r\n`
  )
  terminal.pressCtrlC()
  expect(await terminal.ended).toBe(0)
})

test('a service that is started alone writes for people on a terminal, and JSON to all else', async () => {
  const service = '../services/details/src/main.ts'
  const env = { HOST: '127.0.0.1' }
  await using terminal = openTerminal('node', [service, '0'], env)
  await terminal.shows(coloured)
  terminal.pressCtrlC()
  expect(await terminal.ended).toBe(0)

  await using piped = startProgram(service, ['0'], env)
  await piped.says('Server listening on')
  piped.pressCtrlC()
  expect(await piped.ended).toBe(0)
  const lines = piped.stdout.trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line))).toContainEqual(
    expect.objectContaining({ level: 'info', service: 'details', msg: 'stopped' })
  )
})

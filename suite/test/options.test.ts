import { expect, test } from 'vitest'
import { readOptions } from '../src/options.ts'
import { startProgram } from './support/program.ts'

test.each([
  [[], { basePort: 9080, traces: true, verbose: false, help: false }],
  [['--base-port', '9180', '--verbose'], { basePort: 9180, traces: true, verbose: true, help: false }],
  [['--base-port=1024', '--no-traces'], { basePort: 1024, traces: false, verbose: false, help: false }],
  [['--ratings', 'sqlite'], { basePort: 9080, traces: true, ratings: 'sqlite', verbose: false, help: false }],
  [['--details', 'vm'], { basePort: 9080, traces: true, details: 'vm', verbose: false, help: false }],
  [['--help'], { basePort: 9080, traces: true, verbose: false, help: true }]
])('%j means %j', (argv, options) => {
  expect(readOptions(argv)).toEqual(options)
})

test.each([
  [
    ['--trace'],
    'unknown option --trace; there are --base-port N, --no-traces, --ratings STORE, --details vm, --verbose and --help'
  ],
  [
    ['-v'],
    'unknown option -v; there are --base-port N, --no-traces, --ratings STORE, --details vm, --verbose and --help'
  ],
  [['9180'], 'unexpected argument "9180"; options stand after two dashes: npm start -- --base-port 9180'],
  [['--verbose=yes'], '--verbose takes no value'],
  [['--ratings'], '--ratings needs a value: allowed are sqlite, mysql, mongodb and postgres'],
  [['--ratings', 'oracle'], '--ratings cannot be "oracle": allowed are sqlite, mysql, mongodb and postgres'],
  [['--details'], '--details needs a value: allowed is vm'],
  [['--details', 'container'], '--details cannot be "container": allowed is vm'],
  [['--no-traces=1'], '--no-traces takes no value'],
  [['--base-port'], '--base-port needs a value: allowed is a whole number from 1024 to 65528'],
  [['--base-port', '80'], '--base-port cannot be "80": allowed is a whole number from 1024 to 65528'],
  [['--base-port', '65529'], '--base-port cannot be "65529": allowed is a whole number from 1024 to 65528'],
  [['--base-port', '9e3'], '--base-port cannot be "9e3": allowed is a whole number from 1024 to 65528']
])('%j is refused', (argv, message) => {
  expect(() => readOptions(argv)).toThrow(message)
})

test('a wrong option is one line and status 1', async () => {
  await using suite = startProgram('src/main.ts', ['--nonsense'])
  expect(await suite.ended).toBe(1)
  expect(suite.stdout).toBe('')
  expect(suite.stderr).toBe(
    'bookinfo: unknown option --nonsense; there are --base-port N, --no-traces, --ratings STORE, --details vm, --verbose and --help\n'
  )
})

test('--help says what there is and starts nothing', async () => {
  await using suite = startProgram('src/main.ts', ['--help'])
  expect(await suite.ended).toBe(0)
  expect(suite.stdout).toContain('Usage: npm start -- [options]')
})

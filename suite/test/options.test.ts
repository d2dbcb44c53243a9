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
  [['--base-prot', '1'], 'unknown option --base-prot: did you mean --base-port? See npm start -- --help'],
  [['9180'], 'unexpected argument "9180"; options follow two dashes: npm start -- --base-port 9180'],
  [['--verbose=yes'], '--verbose takes no value'],
  [['--ratings'], '--ratings needs a value; see npm start -- --help'],
  [['--ratings', 'oracle'], '--ratings must be sqlite or mysql or mongodb or postgres, got "oracle"'],
  [['--details', 'container'], '--details must be vm, got "container"'],
  [['--base-port', '80'], '--base-port must be an integer from 1024 to 65528, got "80"'],
  [['--base-port', '65529'], '--base-port must be an integer from 1024 to 65528, got "65529"']
])('%j is refused', (argv, message) => {
  expect(() => readOptions(argv)).toThrow(message)
})

test('a wrong option is one line and status 1', async () => {
  await using suite = startProgram('src/main.ts', ['--nonsense'])
  expect(await suite.ended).toBe(1)
  expect(suite.stdout).toBe('')
  expect(suite.stderr).toBe('bookinfo: unknown option --nonsense; see npm start -- --help\n')
})

test('--help says what there is and starts nothing', async () => {
  await using suite = startProgram('src/main.ts', ['--help'])
  expect(await suite.ended).toBe(0)
  expect(suite.stdout).toContain('Usage: npm start -- [options]')
})

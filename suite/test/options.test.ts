import { expect, test } from 'vitest'
import { readOptions } from '../src/options.ts'
import { ROOT } from '../src/topology.ts'
import { freeBasePort } from './support/ports.ts'
import { startProgram } from './support/program.ts'

test.each([
  [[], { basePort: 9080, traces: true, verbose: false, help: false }],
  [['--base-port', '9180', '--verbose'], { basePort: 9180, traces: true, verbose: true, help: false }],
  [['--base-port=1024', '--no-traces'], { basePort: 1024, traces: false, verbose: false, help: false }],
  [['--ratings', 'sqlite'], { basePort: 9080, traces: true, ratings: 'sqlite', verbose: false, help: false }],
  [['--details', 'vm'], { basePort: 9080, traces: true, details: 'vm', verbose: false, help: false }],
  [['--ratings', 'v-delayed'], { basePort: 9080, traces: true, ratings: 'v-delayed', verbose: false, help: false }],
  [
    ['--split', 'v1=90,v3=10'],
    { basePort: 9080, traces: true, split: { v1: 90, v3: 10 }, verbose: false, help: false }
  ],
  [
    ['--lesson', 'a.yaml', '--lesson=b.yaml'],
    { basePort: 9080, traces: true, lessons: ['a.yaml', 'b.yaml'], verbose: false, help: false }
  ],
  [
    [
      '--fault',
      'ratings:delay=7s,user=jason',
      '--fault',
      'reviews:abort=503,percent=50',
      '--fault',
      'ratings:delay=500ms,from=reviews'
    ],
    {
      basePort: 9080,
      traces: true,
      faults: [
        { from: 'productpage', to: 'ratings', delayMs: 7000, user: 'jason' },
        { from: 'reviews', to: 'ratings', delayMs: 7000, user: 'jason' },
        { from: 'productpage', to: 'reviews', abort: 503, percent: 50 },
        { from: 'reviews', to: 'ratings', delayMs: 500 }
      ],
      verbose: false,
      help: false
    }
  ],
  [['--watch'], { basePort: 9080, traces: true, watch: true, verbose: false, help: false }],
  [['--help'], { basePort: 9080, traces: true, verbose: false, help: true }]
])('%j means %j', (argv, options) => {
  expect(readOptions(argv)).toEqual({ faults: [], lessons: [], watch: false, ...options })
})

test.each([
  [['--base-prot', '1'], 'unknown option --base-prot: did you mean --base-port? See npm start -- --help'],
  [['--verion'], 'unknown option --verion; see npm start -- --help'],
  [['9180'], 'unexpected argument "9180"; options follow two dashes: npm start -- --base-port 9180'],
  [['--verbose=yes'], '--verbose takes no value'],
  [['--ratings'], '--ratings needs a value; see npm start -- --help'],
  [
    ['--ratings', 'oracle'],
    '--ratings must be sqlite or mysql or mongodb or postgres or v-faulty or v-delayed or v-unavailable or v-unhealthy, got "oracle"'
  ],
  [
    ['--split', 'v1=90'],
    '--split must be percentages of v1, v2, v3 that add up to 100, such as v1=90,v3=10, got "v1=90"'
  ],
  [['--split', 'v1=50,v1=100'], '--split must be percentages of v1, v2, v3 that add up to 100'],
  [['--fault', 'ratings'], '--fault must be details or reviews or ratings, a colon, and delay=7s or abort=503'],
  [['--fault', 'ratings:user=jason'], 'got "ratings:user=jason"'],
  [['--fault', 'ratings:delay=7s,from=details'], 'got "ratings:delay=7s,from=details"'],
  [['--fault', 'ratings:delay=7'], 'the delay of --fault must be from 1ms to 60s, such as 7s or 500ms, got "7"'],
  [['--fault', 'ratings:abort=99'], 'abort of --fault must be an integer from 200 to 599, got "99"'],
  [['--details', 'vm', '--watch'], '--details vm is not for npm run dev: a virtual machine has its service built in'],
  [['--details', 'container'], '--details must be vm, got "container"'],
  [['--base-port', '80'], '--base-port must be an integer from 1024 to 65527, got "80"'],
  [['--base-port', '65528'], '--base-port must be an integer from 1024 to 65527, got "65528"']
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

test('a lesson that is refused is one line, and nothing is started', async () => {
  const args = [
    '--base-port',
    String(await freeBasePort()),
    '--lesson',
    'deploy/lessons/resilience/circuit-breaker.yaml'
  ]
  await using suite = startProgram('src/main.ts', args, { INIT_CWD: ROOT })
  expect(await suite.ended).toBe(1)
  expect(suite.stdout).toBe('')
  expect(suite.stderr).toBe(
    'bookinfo: deploy/lessons/resilience/circuit-breaker.yaml: ' +
      'spec.trafficPolicy.connectionPool is not supported by npm start\n'
  )
})

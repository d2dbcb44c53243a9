import { expect, test } from 'vitest'
import { parseOptions, readChoice, readNumber } from '../src/index.ts'

const options = { builder: { type: 'string' }, push: { type: 'boolean' } } as const
const help = 'npm run x -- --help'

test('arguments without dashes stay in their order beside the options', () => {
  const { values, positionals } = parseOptions(['a', '--push', '--builder', 'docker', 'b'], { options, help })
  expect({ ...values }).toEqual({ push: true, builder: 'docker' })
  expect(positionals).toEqual(['a', 'b'])
})

test.each([
  [['--bilder', 'docker'], 'unknown option --bilder: did you mean --builder? See npm run x -- --help'],
  [['--nonsense'], 'unknown option --nonsense; see npm run x -- --help'],
  [['--pulsh'], 'unknown option --pulsh: did you mean --push? See npm run x -- --help'],
  [['--builds'], 'unknown option --builds: did you mean --builder? See npm run x -- --help'],
  [['--folder'], 'unknown option --folder; see npm run x -- --help'],
  [['--us'], 'unknown option --us; see npm run x -- --help'],
  [['-v'], 'unknown option -v; see npm run x -- --help'],
  [['--builder'], '--builder needs a value; see npm run x -- --help'],
  [['--builder='], '--builder needs a value; see npm run x -- --help'],
  [['--push=yes'], '--push takes no value'],
  [['x'], 'unexpected argument "x"; options follow two dashes: npm run x -- --push']
])('%j is refused', (argv, message) => {
  expect(() => parseOptions(argv, { options, help, example: 'npm run x -- --push' })).toThrow(new Error(message))
})

test('a number must be in its range', () => {
  expect(readNumber('--port', '80', { least: 1, greatest: 99 })).toBe(80)
  for (const text of ['0', '100', '-1', '8e1', '', 'x']) {
    expect(() => readNumber('--port', text, { least: 1, greatest: 99 })).toThrow(
      `--port must be an integer from 1 to 99, got "${text}"`
    )
  }
})

test('a choice must be one of the words', () => {
  expect(readChoice('--base', 'debian', ['debian', 'registry'])).toBe('debian')
  expect(() => readChoice('--base', 'alpine', ['debian', 'registry'])).toThrow(
    '--base must be debian or registry, got "alpine"'
  )
})

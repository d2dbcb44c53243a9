// Prints the figures that CONTRIBUTING.md sets goals for: npm run figures
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** The files that a reader opens to follow `GET /productpage` in forward mode, from the process to the line in the log. */
const walk = [
  ...[
    'main',
    'app',
    'config',
    'product/page',
    'product/view',
    'site/layout',
    'session/session',
    'upstreams/upstreams',
    'upstreams/caller'
  ].map((name) => `services/productpage/src/${name}.ts`),
  ...['process/run', 'server/server', 'server/request-lifecycle', 'server/load', 'html/html', 'html/look'].map(
    (name) => `packages/service-kit/src/${name}.ts`
  ),
  ...['upstream/upstream', 'upstream/exchange', 'upstream/dispatcher', 'telemetry/log'].map(
    (name) => `packages/service-kit/src/${name}.ts`
  ),
  ...['tracing', 'forward', 'headers'].map((name) => `packages/tracing/src/${name}.ts`)
]

const files = execFileSync('git', ['ls-files'], { encoding: 'utf8' }).trim().split('\n')
const isLock = (file) => /(^|\/)(package-lock\.json|go\.sum)$/.test(file)
const isPicture = (file) => /\.(png|webp)$/.test(file)
// npm run samples writes them from deploy. People apply them by URL, so they are in git.
const isSample = (file) => file.startsWith('samples/bookinfo/')
const linesOf = (file) => readFileSync(file, 'utf8').split('\n').length - 1
const sum = (list) => list.reduce((total, file) => total + linesOf(file), 0)

const sources = files.filter((file) => /\/src\/.*\.ts$/.test(file))
const short = sources.filter((file) => linesOf(file) < 15)
execFileSync('node_modules/.bin/tsc', ['-p', '.'])
const { user, system } = childSeconds()

const counted = files.filter((file) => !isLock(file) && !isPicture(file) && !isSample(file))
print('lines in git, without lockfiles, pictures, samples', sum(counted))
print('lines of samples', sum(files.filter(isSample)))
print('other rendered manifests in git', files.filter((file) => file.startsWith('deploy/rendered/')).length)
print('source files under 15 lines', short.length, short.join(' '))
print('files to follow GET /productpage', walk.length, `${sum(walk)} lines`)
print('CSS rules that two stylesheets share', sharedRules(files.filter((file) => file.endsWith('.css'))))
print('CPU seconds of the type-check', (user + system).toFixed(1))

/** User and system seconds of the children of this process that have ended. */
function childSeconds() {
  // Fields 16 and 17 of /proc/self/stat, in clock ticks of a hundredth of a second: proc(5).
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ')
  return { user: Number(fields[13]) / 100, system: Number(fields[14]) / 100 }
}

/** Rules with the same selector and the same declarations in more than one stylesheet. */
function sharedRules(stylesheets) {
  const seen = new Map()
  for (const file of stylesheets) {
    const rules = readFileSync(file, 'utf8')
      .replaceAll(/\/\*[^]*?\*\//g, '')
      .match(/[^{}]+\{[^{}]*\}/g)
    for (const rule of new Set(rules.map((text) => text.replaceAll(/\s+/g, ' ').trim())))
      seen.set(rule, (seen.get(rule) ?? 0) + 1)
  }
  return [...seen.values()].filter((count) => count > 1).length
}

function print(what, figure, more = '') {
  process.stdout.write(`${what.padEnd(50)} ${String(figure).padStart(7)}  ${more}\n`)
}

// Prints the figures that CONTRIBUTING.md sets goals for, and what npm start needs: npm run figures
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'

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
    'upstreams/upstreams'
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
const typecheckSeconds = cpuTimesOf('self').children

const counted = files.filter((file) => !isLock(file) && !isPicture(file) && !isSample(file))
print('lines in git, without lockfiles, pictures, samples', sum(counted))
print('lines of samples', sum(files.filter(isSample)))
print('other rendered manifests in git', files.filter((file) => file.startsWith('deploy/rendered/')).length)
print('source files under 15 lines', short.length, short.join(' '))
print('files to follow GET /productpage', walk.length, `${sum(walk)} lines`)
print('CSS rules that two stylesheets share', sharedRules(files.filter((file) => file.endsWith('.css'))))
print('CPU seconds of the type-check', typecheckSeconds.toFixed(1))
const needs = await measureStart()
print('seconds until npm start is ready', needs.seconds.toFixed(1))
print('CPU seconds until then', needs.cpuSeconds.toFixed(1))
print('MB of memory of npm start', needs.memoryMb)
print('MB on disk of sources and packages', diskMb())

/** Starts the suite, opens its page, and ends it. */
async function measureStart() {
  const startMs = performance.now()
  const args = ['suite/bin/bootstrap.mjs', 'start', '--base-port', '29080']
  const suite = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], timeout: 600_000 })
  const ended = once(suite, 'exit').then(([status]) => Promise.reject(new Error(`npm start ended with ${status}`)))
  const ready = new Promise((resolve) => {
    suite.stdout.on('data', (text) => String(text).includes('Ctrl-C stops everything') && resolve())
  })
  await Promise.race([ready, ended])
  const seconds = (performance.now() - startMs) / 1000
  const processes = descendantsOf(suite.pid)
  const cpuSeconds = processes.map(cpuTimesOf).reduce((total, { own, children }) => total + own + children, 0)
  await (await fetch('http://localhost:29080/productpage', { signal: AbortSignal.timeout(60_000) })).text()
  const memoryMb = Math.round(processes.reduce((total, pid) => total + memoryKb(pid), 0) / 1000)
  ended.catch(() => undefined)
  suite.kill('SIGINT')
  await once(suite, 'close')
  return { seconds, cpuSeconds, memoryMb }
}

/** @returns the process and those that it has started, directly or not, that still run */
function descendantsOf(root) {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n')
  const all = lines.map((line) => line.trim().split(/ +/).map(Number))
  const below = (parent) => all.filter(([, other]) => other === parent).flatMap(([pid]) => [pid, ...below(pid)])
  return [root, ...below(root)]
}

/** Memory that several processes share counts once: proc_pid_smaps_rollup(5). */
function memoryKb(pid) {
  return Number(/^Pss: +([0-9]+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1])
}

function diskMb() {
  const own = files.reduce((total, file) => total + statSync(file).size, 0)
  const packages = execFileSync('du', ['-s', '-B1000', '--exclude=.cache', 'node_modules'], { encoding: 'utf8' })
  return Math.round((own / 1000 + Number(packages.split('\t')[0])) / 1000)
}

/** Seconds of CPU, of users and the system: of a process, and of its children that have ended. */
function cpuTimesOf(pid) {
  // Fields 14 to 17 of /proc/PID/stat, in clock ticks of a hundredth of a second: proc(5).
  const [, fields] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
  const [user, system, childUser, childSystem] = fields.split(' ').slice(11, 15).map(Number)
  return { own: (user + system) / 100, children: (childUser + childSystem) / 100 }
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

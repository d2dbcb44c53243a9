import {
  explainFailure,
  Failure,
  parseOptions,
  print,
  readChoice,
  readNumber,
  refuse,
  stopOnSignals
} from '@bookinfo/cli'
import { execFileSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { machine } from './bench.ts'
import { startCollector } from './collector.ts'
import { writeAll } from './files.ts'
import { describeGrowth, drawGrowth, GROWTH_SECONDS, measureGrowth } from './growth.ts'
import { readAtOnce, type Target } from './load.ts'
import { describeMemory, measureMemory, MEMORY_SECONDS } from './memory.ts'
import { describePages, measurePages, pageSeconds } from './page.ts'
import { drawPages, drawTails } from './pictures.ts'
import { describeProfiles, PROFILE_SECONDS, profilePages } from './profile.ts'
import { showProgress, type Progress } from './progress.ts'
import { describeStarts, measureStarts, START_SECONDS } from './start.ts'
import { describeTails, measureTails, TAIL_SECONDS } from './tail.ts'

const parts = ['page', 'start', 'tail', 'profile', 'growth', 'memory'] as const
type Part = (typeof parts)[number]

const usage = `Usage: npm run bench -- [options]

Compares the page of the built services with a floor (the same calls by node:http and undici alone), with Fastify and
OpenTelemetry's auto-instrumentation, and with the original if it runs. Other load disturbs it: read the ratios.

  --only PART     ${parts.join(', ')}; all if not given
  --rounds N      rounds of the page, 1 to 100; 12 if not given
  --original URL  the page of a running original, for example http://127.0.0.1:9080/productpage
  --out DIR       write bench.json and pictures (SVG) into this folder
  --help          show this
`
const options = {
  only: { type: 'string' },
  rounds: { type: 'string', default: '12' },
  original: { type: 'string' },
  out: { type: 'string' },
  help: { type: 'boolean' }
} as const
const SERVER_CORE = availableParallelism() - 1

stopOnSignals()

await explainFailure(async () => {
  const { values } = parseOptions(process.argv.slice(2), {
    options,
    help: 'npm run bench -- --help',
    example: 'npm run bench -- --only page'
  })
  if (values.help) return print(usage.trimEnd())
  const chosen: readonly Part[] = values.only === undefined ? parts : [readChoice('--only', values.only, parts)]
  const rounds = readNumber('--rounds', values.rounds, { least: 1, greatest: 100 })
  const original = values.original === undefined ? undefined : await readOriginal(values.original)
  const seconds = {
    page: pageSeconds(rounds),
    start: START_SECONDS,
    tail: TAIL_SECONDS,
    profile: PROFILE_SECONDS,
    growth: GROWTH_SECONDS,
    memory: MEMORY_SECONDS
  }
  const inAll = chosen.reduce((sum, part) => sum + seconds[part], 0)
  const core = pinAwayFrom(SERVER_CORE) ? SERVER_CORE : undefined
  print(machine)
  print(
    core === undefined ? 'No process is pinned to a core.' : `Services are on core ${core}, all else on the others.`
  )
  print(`This takes about ${Math.ceil(inAll / 60)} min.`)
  await using spans = await startCollector()
  const progress = showProgress(inAll)
  const around = { collector: spans.endpoint, core, progress }
  const figures: Record<string, unknown> = { machine }
  const pictures: Record<string, string> = {}
  for (const part of chosen) {
    if (part === 'page') {
      const pages = await measurePages({ ...around, rounds, original, spans })
      figures[part] = pages
      pictures['page.svg'] = drawPages(pages)
      show(progress, describePages(pages))
    } else if (part === 'start') {
      const starts = await measureStarts(around)
      figures[part] = starts
      show(progress, describeStarts(starts))
    } else if (part === 'profile') {
      const profiles = await profilePages(around)
      figures[part] = profiles
      show(progress, describeProfiles(profiles))
    } else if (part === 'memory') {
      const memory = await measureMemory(around)
      figures[part] = memory
      show(progress, describeMemory(memory))
    } else if (part === 'growth') {
      const growth = await measureGrowth(around)
      figures[part] = growth
      pictures['growth.svg'] = drawGrowth(growth)
      show(progress, describeGrowth(growth))
    } else {
      const tails = await measureTails(around)
      figures[part] = tails
      pictures['tail.svg'] = drawTails(tails)
      show(progress, describeTails(tails))
    }
  }
  if (values.out !== undefined)
    await writeAll(values.out, { 'bench.json': `${JSON.stringify(figures)}\n`, ...pictures })
})

function show(progress: Progress, text: string): void {
  progress.end()
  print(`\n${text}`)
}

/** @throws Failure if there is no page */
async function readOriginal(text: string): Promise<Target> {
  const url = URL.parse(text)
  if (url?.protocol !== 'http:') return refuse('--original', text, 'an http URL')
  const target = { host: url.hostname, port: Number(url.port || 80), path: url.pathname + url.search }
  try {
    await readAtOnce(target, 1, (asked) => asked >= 1)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Failure(
      `--original ${text} has no page (${reason}): start the original's four services first, as its documentation says`
    )
  }
  return target
}

/** Moves this process, which reads pages and collects spans, off the core of the services. @returns whether that worked */
function pinAwayFrom(busy: number): boolean {
  const others = Array.from({ length: availableParallelism() }, (_, core) => core).filter((core) => core !== busy)
  if (others.length === 0) return false
  try {
    execFileSync('taskset', ['-a', '-c', '-p', others.join(','), String(process.pid)], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

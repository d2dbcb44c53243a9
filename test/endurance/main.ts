import { explainFailure, Failure, parseOptions, print, readChoice, readNumber, stopOnSignals } from '@bookinfo/cli'
import { writeAll } from '../bench/files.ts'
import { machine } from '../bench/bench.ts'
import { showProgress } from '../bench/progress.ts'
import { drain } from './drain.ts'
import { overload } from './overload.ts'
import { soak } from './soak.ts'
import { starve } from './starved.ts'

const parts = { soak, drain, overload, starved: starve } as const
const names = ['soak', 'drain', 'overload', 'starved'] as const

const usage = `Usage: npm run endure -- [options]

Runs the built services under conditions that they must endure, and counts what is lost. On an idle machine
it takes about three minutes.

  --only PART   one of:
                soak      pages and stars with every span, while services are killed and calls fail
                drain     stops of each service under load
                overload  three, ten and fifty times as many pages as productpage can serve
                starved   a core shared with twelve other busy processes
  --pages N     pages of the soak, 100 to 10000000; 3000 if not given
  --stops N     stops of each service, 1 to 1000; 5 if not given
  --out DIR     write endure.json and pictures (SVG) into this folder
  --help        show this
`
const options = {
  only: { type: 'string' },
  pages: { type: 'string', default: '3000' },
  stops: { type: 'string', default: '5' },
  out: { type: 'string' },
  help: { type: 'boolean' }
} as const

stopOnSignals()

await explainFailure(async () => {
  const { values } = parseOptions(process.argv.slice(2), {
    options,
    help: 'npm run endure -- --help',
    example: 'npm run endure -- --only drain'
  })
  if (values.help) return print(usage.trimEnd())
  const pages = readNumber('--pages', values.pages, { least: 100, greatest: 10_000_000 })
  const stops = readNumber('--stops', values.stops, { least: 1, greatest: 1000 })
  const chosen = values.only === undefined ? names : [readChoice('--only', values.only, names)]
  print(machine)
  const figures: Record<string, unknown> = { machine }
  const pictures: Record<string, string> = {}
  const problems: string[] = []
  const progress = showProgress()
  for (const name of chosen) {
    const found = await parts[name]({ pages, stops, progress })
    progress.end()
    print(`\n${found.text}`)
    figures[name] = found.figures
    if (found.picture !== undefined) pictures[`${name}.svg`] = found.picture
    problems.push(...found.problems.map((problem) => `${name}: ${problem}`))
  }
  if (values.out !== undefined)
    await writeAll(values.out, { 'endure.json': `${JSON.stringify({ ...figures, problems }, null, 1)}\n`, ...pictures })
  if (problems.length > 0) throw new Failure(`${problems.length} problems:\n${problems.slice(0, 20).join('\n')}`)
  print('\nNothing was lost.')
})

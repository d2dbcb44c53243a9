import { explainFailure, Failure, parseOptions, print, readNumber, refuse, stopOnSignals } from '@bookinfo/cli'
import { writeFile } from 'node:fs/promises'
import { DEFAULT_BASE_PORT } from '../topology.ts'
import { drawSummary } from './picture.ts'
import { sendReaders } from './readers.ts'
import { createReport, describeSummary } from './report.ts'

/** Milliseconds between two lines, on a terminal and elsewhere. */
const LINE_MS = { terminal: 1000, file: 10_000 }

const MAX_SECONDS = 24 * 60 * 60

const help = 'npm run load -- --help'

const usage = `Usage: npm run load -- [options]

Opens a page at a steady rate, whether or not answers come, and counts what comes back. Never repeats a request.

  --rps N          requests in a second, 1 to 2000; 10 if not given
  --for TIME       how long: 30s, 2m or 1h; 1m if not given
  --url URL        the page; if not given http://localhost:${DEFAULT_BASE_PORT}/productpage
  --jason PERCENT  the share of readers who are signed in as jason; 20 if not given
  --timeout TIME   how long a request may take; 10s if not given
  --json FILE      write the summary, with a figure for each second
  --picture FILE   write it as a picture (SVG)
  --help           show this
`

const options = {
  rps: { type: 'string', default: '10' },
  for: { type: 'string', default: '1m' },
  url: { type: 'string', default: `http://localhost:${DEFAULT_BASE_PORT}/productpage` },
  jason: { type: 'string', default: '20' },
  timeout: { type: 'string', default: '10s' },
  json: { type: 'string' },
  picture: { type: 'string' },
  help: { type: 'boolean' }
} as const

const stop = stopOnSignals()

await explainFailure(async () => {
  const { values } = parseOptions(process.argv.slice(2), { options, help, example: 'npm run load -- --rps 50' })
  if (values.help) return print(usage.trimEnd())
  const ratePerSecond = readNumber('--rps', values.rps, { least: 1, greatest: 2000 })
  const seconds = readSeconds('--for', values.for)
  const url = readUrl(values.url)
  const timeoutMs = readSeconds('--timeout', values.timeout) * 1000
  const signedInPercent = readNumber('--jason', values.jason, { least: 0, greatest: 100 })
  const report = createReport({
    url,
    requestsPerSecond: ratePerSecond,
    seconds,
    started: new Date(),
    nowMs: () => performance.now()
  })
  print(`${ratePerSecond} requests a second to ${url.href}. Ctrl-C ends it early.`)
  const live = showLines(report.line)
  const count = ratePerSecond * seconds
  await sendReaders({ url, ratePerSecond, count, signedInPercent, timeoutMs, stop, onReading: report.add })
  live.end()
  const summary = report.summary()
  print(describeSummary(summary))
  await write('--json', values.json, `${JSON.stringify(summary, null, 2)}\n`)
  await write('--picture', values.picture, drawSummary(summary))
  if (summary.requests > 0 && summary.failed === summary.requests)
    throw new Failure(
      `no request to ${url.href} was answered with a page: start the suite with npm start, or give --url`
    )
})

/** On a terminal one line that changes; elsewhere a line every ten seconds. */
function showLines(line: () => string): { end: () => void } {
  const { stdout } = process
  const show = stdout.isTTY ? () => stdout.write(`\r\u001b[K${line()}`) : () => print(line())
  const timer = setInterval(show, stdout.isTTY ? LINE_MS.terminal : LINE_MS.file)
  return {
    end() {
      clearInterval(timer)
      if (stdout.isTTY) stdout.write('\r\u001b[K')
    }
  }
}

function readSeconds(option: string, text: string): number {
  const [, number = '', unit = ''] = /^([0-9]{1,6})([smh])$/.exec(text) ?? []
  const seconds = Number(number) * ({ s: 1, m: 60, h: 3600 }[unit] ?? NaN)
  return seconds >= 1 && seconds <= MAX_SECONDS
    ? seconds
    : refuse(option, text, 'a time from 1s to 24h, such as 30s or 2m')
}

function readUrl(text: string): URL {
  const url = URL.parse(text)
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url : refuse('--url', text, 'an http or https URL')
}

async function write(option: string, file: string | undefined, text: string): Promise<void> {
  if (file === undefined) return
  try {
    await writeFile(file, text)
  } catch (error) {
    throw new Failure(`${option} ${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`)
  }
}

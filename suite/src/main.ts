import { explainFailure, print, stopOnSignals } from '@bookinfo/cli'
import { MACHINE_READY_MS } from './details-machine.ts'
import { launch } from './launch.ts'
import { readOptions, usage } from './options.ts'
import { describeSuite } from './table.ts'
import { createLogFormat } from './log-format.ts'
import { checkSuite } from './plan.ts'
import type { Place } from './topology.ts'

const stop = stopOnSignals()

await explainFailure(async () => {
  const options = readOptions(process.argv.slice(2))
  const { verbose, help } = options
  if (help) return print(usage)
  const { places, traces } = await checkSuite(options, process.env)
  const over = new AbortController()
  await launch(places, {
    viewer: traces.viewer,
    stop,
    ...(options.details !== undefined && { tooLate: AbortSignal.timeout(MACHINE_READY_MS) }),
    verbose,
    showErrors: verbose,
    format: await createLogFormat(process.stdout.isTTY, process.env),
    print,
    onReady() {
      print(describeSuite(places, traces))
      if (options.load !== undefined) void openPage(places, options.load, AbortSignal.any([stop, over.signal]))
    }
  }).finally(() => over.abort())
})

/** Sends readers to the first service, productpage, until the suite stops. */
async function openPage([page]: readonly Place[], ratePerSecond: number, stopped: AbortSignal): Promise<void> {
  if (page === undefined) return
  const { sendReaders } = await import('./load/readers.ts')
  const url = new URL(page.path, `http://localhost:${page.port}`)
  print(`${ratePerSecond} readers a second open ${url.href}, every fifth signed in as jason.`)
  await sendReaders({ url, ratePerSecond, signedInPercent: 20, timeoutMs: 10_000, stop: stopped, onReading: () => {} })
}

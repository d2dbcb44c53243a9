import { explainFailure, print, stopOnSignals } from '@bookinfo/cli'
import { MACHINE_READY_MS } from './details-machine.ts'
import { openLab } from './lab/open-lab.ts'
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
  const plan = await checkSuite(options, process.env)
  const opened = await openLab(plan, options)
  const { places, viewer, lab } = opened
  const over = new AbortController()
  try {
    await launch(places, {
      viewer,
      stop,
      ...(options.details !== undefined && { tooLate: AbortSignal.timeout(MACHINE_READY_MS) }),
      verbose,
      showErrors: verbose,
      format: await createLogFormat(process.stdout.isTTY, process.env),
      print,
      onStart: (services) => lab.take(services),
      onReady: async () => {
        print(describeSuite(places, plan.traces, { hasLab: true }))
        await opened.listen()
        if (options.load !== undefined) void openPage(places, options.load, AbortSignal.any([stop, over.signal]))
      }
    })
  } finally {
    over.abort()
    await opened.close()
  }
})

/** Sends readers to the first service, productpage, until the suite stops. */
async function openPage([page]: readonly Place[], ratePerSecond: number, stopped: AbortSignal): Promise<void> {
  if (page === undefined) return
  const { sendReaders } = await import('./load/readers.ts')
  const url = new URL(page.path, `http://localhost:${page.port}`)
  print(`${ratePerSecond} readers a second open ${url.href}, every fifth signed in as jason.`)
  await sendReaders({ url, ratePerSecond, signedInPercent: 20, timeoutMs: 10_000, stop: stopped, onReading: () => {} })
}

import { explainFailure, print, stopOnSignals } from '@bookinfo/cli'
import { MACHINE_READY_MS } from './details-machine.ts'
import { openLab } from './lab/open-lab.ts'
import { launch } from './launch.ts'
import { readOptions, usage } from './options.ts'
import { describeSuite } from './table.ts'
import { createLogFormat } from './log-format.ts'
import { checkSuite } from './plan.ts'

const stop = stopOnSignals()

await explainFailure(async () => {
  const options = readOptions(process.argv.slice(2))
  const { verbose, help } = options
  if (help) return print(usage)
  const plan = await checkSuite(options, process.env)
  const opened = await openLab(plan, options)
  const { places, viewer, lab } = opened
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
        await opened.listen(stop)
        if (options.load !== undefined)
          print(`${options.load} readers a second open the page, every fifth signed in as jason.`)
      }
    })
  } finally {
    await opened.close()
  }
})

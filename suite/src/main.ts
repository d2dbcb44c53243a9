import { explainFailure, print, stopOnSignals } from '@bookinfo/cli'
import { MACHINE_READY_MS } from './details-machine.ts'
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
  const { places, traces } = await checkSuite(options, process.env)
  await launch(places, {
    viewer: traces.viewer,
    stop,
    ...(options.details !== undefined && { tooLate: AbortSignal.timeout(MACHINE_READY_MS) }),
    verbose,
    showErrors: verbose,
    format: await createLogFormat(process.stdout.isTTY, process.env),
    print,
    onReady: () => print(describeSuite(places, traces))
  })
})

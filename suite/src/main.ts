import { explainFailure } from './failure.ts'
import { launch } from './launch.ts'
import { readOptions, usage } from './options.ts'
import { print } from './print.ts'
import { stopOnSignals } from './stop-signal.ts'
import { describeSuite } from './table.ts'
import { placeSuite } from './topology.ts'

const stop = stopOnSignals()

await explainFailure(async () => {
  const { basePort, verbose, help } = readOptions(process.argv.slice(2))
  if (help) return print(usage)
  const places = placeSuite(basePort)
  await launch(places, { stop, verbose, showErrors: verbose, print, onReady: () => print(describeSuite(places)) })
})

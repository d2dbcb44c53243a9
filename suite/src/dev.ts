import { explainFailure, Failure } from './failure.ts'
import { hotReload } from './hot-reload.ts'
import { readOptions } from './options.ts'
import { print } from './print.ts'
import { stopOnSignals } from './stop-signal.ts'
import { placeSuite } from './topology.ts'
import { readWorkspace } from './workspace.ts'

// One service with all its versions, as `turbo dev` starts it: node dev.ts <service> [options].
const stop = stopOnSignals()

await explainFailure(async () => {
  const [service = '', ...argv] = process.argv.slice(2)
  const { basePort, verbose } = readOptions(argv)
  const places = placeSuite(basePort).filter((place) => place.service === service)
  if (places.length === 0) throw new Failure(`the suite has no service "${service}"`)
  await hotReload(places, readWorkspace(service), { stop, verbose, showErrors: true, print })
})

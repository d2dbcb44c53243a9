import { explainFailure } from './failure.ts'
import { readOptions, usage } from './options.ts'
import { checkPorts } from './ports.ts'
import { print } from './print.ts'
import { placeSuite } from './topology.ts'

// Before `turbo dev`: what is wrong is said once, and not by each of the parts that turbo runs.
await explainFailure(async () => {
  const { basePort, help } = readOptions(process.argv.slice(2))
  if (help) print(usage)
  else await checkPorts(placeSuite(basePort))
})

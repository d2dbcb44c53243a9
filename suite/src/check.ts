import { explainFailure } from './failure.ts'
import { readOptions, usage } from './options.ts'
import { checkPorts } from './ports.ts'
import { print } from './print.ts'
import { placeSuite } from './topology.ts'
import { leaveOutIfTaken, planTraces } from './traces.ts'

/** The bootstrap takes it as: go on, with --no-traces. */
const WITHOUT_TRACES = 3

// Before `turbo dev`: what is wrong is said once, and not by each of the parts that turbo runs.
await explainFailure(async () => {
  const options = readOptions(process.argv.slice(2))
  if (options.help) return print(usage)
  await checkPorts(placeSuite(options.basePort))
  const planned = planTraces(options, process.env)
  const { viewer, note } = await leaveOutIfTaken(planned)
  if (viewer === planned.viewer) return
  if (note !== undefined) print(note)
  process.exitCode = WITHOUT_TRACES
})

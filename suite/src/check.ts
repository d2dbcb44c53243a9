import { explainFailure, Failure, print } from '@bookinfo/cli'
import { readOptions, usage } from './options.ts'
import { checkSuite, planSuite } from './plan.ts'

/** The exit status that makes the bootstrap go on with --no-traces. */
const WITHOUT_TRACES = 3

// Runs before `turbo dev`, so that a problem is reported once and not by each task of turbo.
await explainFailure(async () => {
  const options = readOptions(process.argv.slice(2))
  if (options.help) return print(usage)
  if (options.details !== undefined)
    throw new Failure(`--details ${options.details} is for npm start: a virtual machine has its service built in`)
  if (options.split || options.faults.length > 0 || options.lessons.length > 0)
    throw new Failure('--split, --fault and --lesson are for npm start: npm run dev has no mesh between the services')
  const { traces } = await checkSuite(options, process.env)
  const viewerIsOut = traces.viewer === undefined && planSuite(options, process.env).traces.viewer !== undefined
  if (!viewerIsOut) return
  if (traces.note !== undefined) print(traces.note)
  process.exitCode = WITHOUT_TRACES
})

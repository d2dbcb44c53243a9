import { explainFailure, print, stopOnSignals } from '@bookinfo/cli'
import { readOptions } from './options.ts'
import { untilReady } from './ready.ts'
import { describeSuite } from './table.ts'
import { planSuite } from './plan.ts'

// The suite's own part in `turbo dev`: prints the addresses once, when all services are ready.
const stop = stopOnSignals()

await explainFailure(async () => {
  const { places, traces } = planSuite(readOptions(process.argv.slice(2)), process.env)
  const ready = await Promise.all(places.map((place) => untilReady(place, stop)))
  if (ready.every(Boolean)) print(describeSuite(places, traces))
})

import { changeDetails } from './details-machine.ts'
import type { Options } from './options.ts'
import { checkPorts } from './ports.ts'
import { changeRatings, prepareRatings, type RatingsVersion } from './ratings-store.ts'
import { labPort, placeSuite, type Changes, type Place, type SuiteVariant } from './topology.ts'
import { leaveOutIfTaken, planTraces, type Traces } from './traces.ts'

/** What is to run, by the options and the user's environment. */
export interface Plan {
  /** Every service calls the others itself. */
  places: Place[]
  traces: Traces
  /** The same places with a mesh between them, and another version of ratings if one is given. */
  placeInMesh(meshPortOf: SuiteVariant['meshPortOf'], ratings?: RatingsVersion): Place[]
}

export function planSuite(options: Options, env: NodeJS.ProcessEnv): Plan {
  return planWith(planTraces(options, env), options, env)
}

/**
 * The same after a look at the machine: whether the ports are free and the database is there.
 *
 * @throws Failure saying what is missing and what to do
 */
export async function checkSuite(options: Options, env: NodeJS.ProcessEnv): Promise<Plan> {
  const plan = planWith(await leaveOutIfTaken(planTraces(options, env)), options, env)
  await checkPorts([...plan.places, { name: 'the lab', port: labPort(options.basePort) }])
  if (options.ratings !== undefined) await prepareRatings(options.ratings, env)
  return plan
}

function planWith(traces: Traces, options: Options, env: NodeJS.ProcessEnv): Plan {
  const { basePort, details } = options
  const placeInMesh = (meshPortOf: SuiteVariant['meshPortOf'], ratings: RatingsVersion = options.ratings ?? 'v1') => {
    const changes: Changes = {
      ...(ratings !== 'v1' && { ratings: changeRatings(ratings, env) }),
      ...(details !== undefined && { details: changeDetails(details) })
    }
    return placeSuite(basePort, { env: traces.env, changes, ...(meshPortOf && { meshPortOf }) })
  }
  return { places: placeInMesh(undefined), traces, placeInMesh }
}

import { changeDetails } from './details-machine.ts'
import type { Options } from './options.ts'
import { checkPorts } from './ports.ts'
import { changeRatings, prepareRatings } from './ratings-store.ts'
import { placeSuite, type Changes, type Place } from './topology.ts'
import { leaveOutIfTaken, planTraces, type Traces } from './traces.ts'

/** What is to run, by the options and the user's environment. */
export interface Plan {
  places: Place[]
  traces: Traces
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
  await checkPorts(plan.places)
  if (options.ratings !== undefined) await prepareRatings(options.ratings, env)
  return plan
}

function planWith(traces: Traces, { basePort, ratings, details }: Options, env: NodeJS.ProcessEnv): Plan {
  const changes: Changes = {
    ...(ratings !== undefined && { ratings: changeRatings(ratings, env) }),
    ...(details !== undefined && { details: changeDetails(details) })
  }
  return { places: placeSuite(basePort, { env: traces.env, changes }), traces }
}

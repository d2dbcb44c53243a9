import { kubectl } from './kubectl.ts'
import { deployments, pods, waitForDeployments } from './overlay.ts'
import { describeLoad, startLoad, type LoadResult, type LoadTarget } from './start-load.ts'

/** Each one restarts the six Deployments one after the other, and deletes a pod of three. */
const ROUNDS = Number(process.env['BOOKINFO_ROUNDS'] ?? 2)
/** Starting and stopping nine pods takes less, also on a machine with other work. */
export const ROLLOUTS_MS = 120_000 + ROUNDS * 300_000
/** Pages a second. Two cores that also start pods serve them, and nine cheaper requests with each, without a queue. */
const RATE_PER_SECOND = Number(process.env['BOOKINFO_RATE'] ?? 10)

/** Deployments of which a pod is deleted, too. */
const deleted = ['productpage', 'details', 'ratings']

/**
 * Replaces pods under load.
 *
 * @param replicas of the Deployments of which a pod is deleted
 * @returns what came of the requests, and how many at least there must be
 */
export async function replacePodsUnderLoad(
  target: LoadTarget,
  replicas = 1
): Promise<{ result: LoadResult; least: number }> {
  const scaled = deleted.map((app) => `deployment/${app}-v1`)
  await kubectl(['-n', 'bookinfo', 'scale', ...scaled, `--replicas=${replicas}`])
  await waitForDeployments()
  await using load = await startLoad(RATE_PER_SECOND, target)
  for (let round = 0; round < ROUNDS; round++) {
    for (const deployment of deployments) {
      await kubectl(['-n', 'bookinfo', 'rollout', 'restart', 'deployment', deployment])
      await waitForDeployments()
    }
    for (const app of deleted) {
      const [pod] = (await pods()).filter(({ metadata }) => metadata.labels['app'] === app)
      if (pod === undefined) throw new Error(`there is no pod of ${app}`)
      await kubectl(['-n', 'bookinfo', 'delete', 'pod', pod.metadata.name, '--wait=true'])
      await waitForDeployments()
    }
  }
  const result = await load.stop()
  const replaced = ROUNDS * (deployments.length + deleted.length)
  process.stdout.write(`${replaced} pods replaced: ${describeLoad(result)}\n`)
  // A pod that stops takes three seconds and more.
  return { result, least: replaced * 3 * RATE_PER_SECOND * target.paths.length }
}

import { at, dictionary, isObject, type Json, list, text, texts } from '../json.ts'
import { selects, title } from '../manifest.ts'
import { ofKind, type Workload, workloads } from '../world.ts'
import { ofSuite } from './pods.ts'
import { defineRule, type Rule } from './rule.ts'

/** A service answers while a node drains and while a new version rolls out. */
export const availabilityRules: readonly Rule[] = [
  defineRule('pod-spread', 'all pods may end up on one node', (world) =>
    ofSuite(world).flatMap(({ manifest, spec, labels }) => {
      const constraints = list(at(spec, 'topologySpreadConstraints'))
      const hosts = constraints.filter((each) => text(at(each, 'topologyKey')) === 'kubernetes.io/hostname')
      if (hosts.length === 0) return [`${title(manifest)}: is not spread over nodes`]
      return constraints
        .filter((each) => !isOfOneService(each, labels))
        .map(() => `${title(manifest)}: is spread by labels that it does not have, or among other services`)
    })
  ),
  defineRule('pod-rollout', 'nobody answers during a rollout', (world) =>
    ofSuite(world)
      .filter(({ manifest }) => at(manifest.body, 'spec.strategy.rollingUpdate.maxUnavailable') !== 0)
      .map(({ manifest }) => `${title(manifest)}: a rollout may take pods away before there are new ones`)
  ),
  defineRule('disruption-budget', 'a drain evicts all pods of a service at once, or never ends', (world) => {
    const budgets = ofKind(world, 'PodDisruptionBudget')
    const matching = ({ labels }: Workload) => budgets.filter(({ body }) => selects(at(body, 'spec.selector'), labels))
    const all = workloads(world)
    return [
      ...ofSuite(world).flatMap((workload) => {
        const count = matching(workload).length
        return count === 1 ? [] : [`${title(workload.manifest)}: ${count} disruption budgets, where one is needed`]
      }),
      ...budgets.flatMap((budget) => [
        ...(all.some(({ labels }) => selects(at(budget.body, 'spec.selector'), labels))
          ? []
          : [`${title(budget)}: selects nothing`]),
        ...(at(budget.body, 'spec.maxUnavailable') === undefined
          ? [`${title(budget)}: may keep a node from draining`]
          : [])
      ])
    ]
  })
]

/** Whether a constraint counts the pods of this service, and no others. */
function isOfOneService(constraint: Json, labels: Record<string, string>): boolean {
  const selector = at(constraint, 'labelSelector')
  const keys = texts(at(constraint, 'matchLabelKeys'))
  return (
    isObject(selector) &&
    selects(selector, labels) &&
    keys.every((key) => key in labels) &&
    [...keys, ...Object.keys(dictionary(at(selector, 'matchLabels')))].includes('app')
  )
}

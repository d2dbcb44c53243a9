import { databasePods, door } from '../facts.ts'
import { at, dictionary, type Json, list, text, texts } from '../json.ts'
import { type Manifest, selects, selectsByLabels, title } from '../manifest.ts'
import { find, gatewayPods, ofKind, workloads, type World } from '../world.ts'
import { defineRule, type Rule } from './rule.ts'

/** Public paths, and the targets of policies. */
export const doorRules: readonly Rule[] = [
  defineRule('policy-target', 'the policy selects no pod and no Service', (world) => [
    ...ofKind(world, 'AuthorizationPolicy', 'RequestAuthentication', 'PeerAuthentication', 'Telemetry').flatMap(
      (policy) => {
        const labels = at(policy.body, 'spec.selector.matchLabels')
        const unknown = list(at(policy.body, 'spec.targetRefs')).filter(
          (target) => !find(world, text(at(target, 'kind')), text(at(target, 'name')))
        )
        return [
          ...(labels === undefined || podLabels(world).some((each) => selectsByLabels(labels, each))
            ? []
            : [`${title(policy)}: selects no pods`]),
          ...unknown.map(
            (target) => `${title(policy)}: there is no ${text(at(target, 'kind'))} ${text(at(target, 'name'))}`
          )
        ]
      }
    ),
    ...ofKind(world, 'NetworkPolicy').flatMap((policy) => {
      const selector = at(policy.body, 'spec.podSelector')
      // Istio creates the pods of a Gateway.
      const gateway = dictionary(at(selector, 'matchLabels'))['gateway.networking.k8s.io/gateway-name']
      if (gateway !== undefined)
        return find(world, 'Gateway', gateway) ? [] : [`${title(policy)}: there is no Gateway ${gateway}`]
      return podLabels(world).some((labels) => selects(selector, labels)) ? [] : [`${title(policy)}: selects no pods`]
    })
  ]),
  defineRule(
    'gateway-labels',
    "Istio copies a Gateway's labels to its pods, so Services and budgets may select them",
    (world) =>
      gatewayPods(world).flatMap(({ manifest, labels }) => [
        ...ofKind(world, 'Service')
          .filter(({ body }) => selectsByLabels(at(body, 'spec.selector'), labels))
          .map((service) => `${title(manifest)}: its pods are taken for those of ${title(service)}`),
        ...ofKind(world, 'PodDisruptionBudget')
          .filter(({ body }) => selects(at(body, 'spec.selector'), labels))
          .map((budget) => `${title(manifest)}: its pods are guarded by ${title(budget)}, too`)
      ])
  ),
  defineRule('door-paths', 'the page has no style, or metrics and probes are public', (world) => {
    const wanted = [...door.exact.map((path) => `= ${path}`), ...door.prefix.map((path) => `${path}…`)].toSorted()
    return doors(world).flatMap(({ manifest, paths }) => {
      const found = paths.toSorted()
      return found.join() === wanted.join()
        ? []
        : [`${title(manifest)}: lets in ${found.join(' ')}, and should ${wanted.join(' ')}`]
    })
  })
]

function podLabels(world: World): Record<string, string>[] {
  return [...workloads(world).map(({ labels }) => labels), ...databasePods]
}

/** Ingresses and routes from outside, with their paths. */
function doors(world: World): { manifest: Manifest; paths: string[] }[] {
  const ingresses = ofKind(world, 'Ingress').map((manifest) => ({
    manifest,
    paths: below(manifest, 'rules', 'http.paths').map((path) =>
      pathOf(at(path, 'pathType') === 'Exact', at(path, 'path'))
    )
  }))
  const routes = ofKind(world, 'HTTPRoute')
    .filter(({ body }) => list(at(body, 'spec.parentRefs')).some((parent) => text(at(parent, 'kind')) !== 'Service'))
    .map((manifest) => ({
      manifest,
      paths: below(manifest, 'rules', 'matches').map((match) =>
        pathOf(at(match, 'path.type') === 'Exact', at(match, 'path.value'))
      )
    }))
  const virtual = ofKind(world, 'VirtualService')
    .filter(({ body }) => texts(at(body, 'spec.gateways')).some((gateway) => gateway !== 'mesh'))
    .map((manifest) => ({
      manifest,
      paths: below(manifest, 'http', 'match').map((match) =>
        pathOf(at(match, 'uri.exact') !== undefined, at(match, 'uri.exact') ?? at(match, 'uri.prefix'))
      )
    }))
  return [...ingresses, ...routes, ...virtual]
}

function below({ body }: Manifest, items: string, parts: string): Json[] {
  return list(at(body, `spec.${items}`)).flatMap((item) => list(at(item, parts)))
}

function pathOf(exact: boolean, path: Json | undefined): string {
  return exact ? `= ${text(path)}` : `${text(path)}…`
}

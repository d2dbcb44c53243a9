import { calledPath, callGraph, door, PORT, services, type ServiceName } from '../call-graph.ts'
import { at, dictionary, list, text, texts, type Json } from '../json.ts'
import { selects, selectsByLabels, title, type Manifest } from '../manifest.ts'
import { find, NAMESPACE, ofKind, workloads, type Workload, type World } from '../world.ts'
import type { Rule } from './rule.ts'

/** Policies allow what the call graph says, and nothing else. They are not compared but evaluated, call by call. */
export const policyRules: readonly Rule[] = [
  {
    name: 'policy-calls',
    why: 'a service may call another that it has no business with, or is refused what it needs',
    check: (world) => {
      if (world.expect.mesh === 'none') return []
      return services.flatMap((to) =>
        callers(world).flatMap((caller) =>
          questions(to).flatMap((question) => {
            const allowed = isAllowed(world, caller.principal, to, question)
            const needed = isNeeded(world, caller, to, question)
            const call = `${caller.name} → ${to} ${question.method} ${question.path}`
            if (allowed === needed) return []
            return [
              allowed
                ? `${call}: allowed, and no edge of the call graph`
                : `${call}: refused, and an edge of the call graph`
            ]
          })
        )
      )
    }
  },
  {
    name: 'policy-principal',
    why: 'the policy is for nobody: there is no such account',
    check: (world) => {
      const gateways = [world.expect.gateway, ...waypoints(world).map((name) => principalOf(name))]
      return ofKind(world, 'AuthorizationPolicy').flatMap((policy) =>
        list(at(policy.body, 'spec.rules'))
          .flatMap((rule) => list(at(rule, 'from')))
          .flatMap((from) => [...texts(at(from, 'source.principals')), ...texts(at(from, 'source.notPrincipals'))])
          .filter((principal) => !gateways.includes(principal) && !principal.endsWith('*'))
          .filter((principal) => {
            const [, account = ''] = new RegExp(`^cluster\\.local/ns/${NAMESPACE}/sa/(.+)$`).exec(principal) ?? []
            return !find(world, 'ServiceAccount', account)
          })
          .map((principal) => `${title(policy)}: nobody is ${principal}`)
      )
    }
  },
  {
    name: 'policy-target',
    why: 'the policy is for no pod, or for no Service',
    check: (world) => [
      ...ofKind(world, 'AuthorizationPolicy', 'RequestAuthentication', 'PeerAuthentication', 'Telemetry').flatMap(
        (policy) => {
          const labels = at(policy.body, 'spec.selector.matchLabels')
          const unknown = list(at(policy.body, 'spec.targetRefs')).filter(
            (target) => !find(world, text(at(target, 'kind')), text(at(target, 'name')))
          )
          return [
            ...(labels === undefined || workloads(world).some((workload) => selectsByLabels(labels, workload.labels))
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
        // Istio makes the pods of a Gateway.
        const gateway = dictionary(at(selector, 'matchLabels'))['gateway.networking.k8s.io/gateway-name']
        if (gateway !== undefined)
          return find(world, 'Gateway', gateway) ? [] : [`${title(policy)}: there is no Gateway ${gateway}`]
        return workloads(world).some(({ labels }) => selects(selector, labels))
          ? []
          : [`${title(policy)}: selects no pods`]
      })
    ]
  },
  {
    name: 'network-calls',
    why: 'packets may go where no call goes, or not where one must',
    check: (world) => {
      if (!world.expect.networkPolicies) return []
      const pods = workloads(world).filter(({ labels }) => isService(labels['app']))
      return pods.flatMap((from) =>
        pods.flatMap((to) => {
          const [caller, called] = [from.labels['app'], to.labels['app']]
          if (caller === called) return []
          const needed = callGraph.some((edge) => edge.from === caller && edge.to === called)
          const allowed = mayLeave(world, from, to, PORT) && mayEnter(world, from, to, PORT)
          if (needed === allowed) return []
          const call = `${title(from.manifest)} → ${title(to.manifest)}`
          return [
            needed
              ? `${call}: refused, and an edge of the call graph`
              : `${call}: allowed, and no edge of the call graph`
          ]
        })
      )
    }
  },
  {
    name: 'network-half-open',
    why: 'one side lets through what the other refuses: a hole as soon as the other changes',
    check: (world) => {
      if (!world.expect.networkPolicies) return []
      const pods = workloads(world).filter(({ labels }) => isService(labels['app']))
      return pods.flatMap((from) =>
        pods.flatMap((to) => {
          if (from.labels['app'] === to.labels['app']) return []
          const [leaves, enters] = [mayLeave(world, from, to, PORT), mayEnter(world, from, to, PORT)]
          // productpage is open to all: it is the door.
          if (leaves === enters || (to.labels['app'] === 'productpage' && !leaves)) return []
          return [
            `${title(from.manifest)} → ${title(to.manifest)}: ${leaves ? 'may leave but not enter' : 'may enter but not leave'}`
          ]
        })
      )
    }
  },
  {
    name: 'network-outside',
    why: 'whoever breaks into a service can call home',
    check: (world) =>
      world.expect.networkPolicies
        ? ofKind(world, 'NetworkPolicy').flatMap((policy) => [
            ...list(at(policy.body, 'spec.egress'))
              .filter((rule) => list(at(rule, 'to')).length === 0 || at(rule, 'ports') === undefined)
              .map(() => `${title(policy)}: lets something out to anywhere, or at any port`),
            ...list(at(policy.body, 'spec.egress'))
              .flatMap((rule) => list(at(rule, 'to')))
              .filter((peer) => at(peer, 'ipBlock') !== undefined || isEverybody(at(peer, 'namespaceSelector')))
              .map(() => `${title(policy)}: lets something out of the cluster, or to every namespace`)
          ])
        : []
  },
  {
    name: 'network-default',
    why: 'what no policy is for may talk to everybody',
    check: (world) => {
      if (!world.expect.networkPolicies) return []
      const closed = ofKind(world, 'NetworkPolicy').some(
        ({ body }) =>
          isEverybody(at(body, 'spec.podSelector')) &&
          ['Ingress', 'Egress'].every((type) => texts(at(body, 'spec.policyTypes')).includes(type)) &&
          at(body, 'spec.ingress') === undefined &&
          at(body, 'spec.egress') === undefined
      )
      return closed ? [] : ['NetworkPolicy: none closes the whole namespace']
    }
  },
  {
    name: 'network-spans',
    why: 'a service in trace mode cannot send its spans',
    check: (world) => {
      if (!world.expect.networkPolicies) return []
      const collectors = workloads(world).filter(({ labels }) =>
        ['jaeger', 'otel-collector'].includes(labels['app'] ?? '')
      )
      return workloads(world)
        .filter(({ labels }) => isService(labels['app']))
        .flatMap((from) =>
          collectors
            .filter(
              (to) => ![4317, 4318].every((port) => mayLeave(world, from, to, port) && mayEnter(world, from, to, port))
            )
            .map((to) => `${title(from.manifest)} → ${title(to.manifest)}: spans are refused`)
        )
    }
  },
  {
    name: 'door-paths',
    why: 'the page lacks its style, or metrics and probes are open to everybody',
    check: (world) => {
      const wanted = [...door.exact.map((path) => `= ${path}`), ...door.prefix.map((path) => `${path}…`)].toSorted()
      return doors(world).flatMap(({ manifest, paths }) => {
        const found = paths.toSorted()
        return found.join() === wanted.join()
          ? []
          : [`${title(manifest)}: lets in ${found.join(' ')}, and should ${wanted.join(' ')}`]
      })
    }
  }
]

interface Caller {
  name: string
  principal: string
}

function principalOf(account: string): string {
  return `cluster.local/ns/${NAMESPACE}/sa/${account}`
}

function waypoints(world: World): string[] {
  return ofKind(world, 'Gateway')
    .filter(({ body }) => at(body, 'spec.gatewayClassName') === 'istio-waypoint')
    .map(({ name }) => name)
}

/** Everybody of the suite, the gateway, and somebody who has no business here. */
function callers(world: World): Caller[] {
  return [
    ...services.map((name) => ({ name, principal: principalOf(`bookinfo-${name}`) })),
    ...(world.expect.gateway === undefined ? [] : [{ name: 'gateway', principal: world.expect.gateway }]),
    { name: 'default', principal: principalOf('default') },
    { name: 'stranger', principal: 'cluster.local/ns/elsewhere/sa/bookinfo-productpage' },
    { name: 'nobody', principal: '' }
  ]
}

interface Question {
  method: string
  path: string
}

function questions(to: ServiceName): Question[] {
  const paths =
    to === 'productpage'
      ? [...door.exact, ...door.prefix.map((prefix) => `${prefix}/0`), '/metrics', '/health']
      : [`${calledPath(to)}0`, '/health', '/metrics']
  const methods = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'DELETE']
  return paths.flatMap((path) => methods.map((method) => ({ method, path })))
}

function isNeeded(world: World, caller: Caller, to: ServiceName, { method, path }: Question): boolean {
  if (to === 'productpage') {
    if (caller.name !== 'gateway') return false
    // Without a waypoint before it there is nobody who sees methods and paths.
    if (world.expect.mesh === 'ambient') return true
    const known = door.exact.includes(path) || door.prefix.some((prefix) => path.startsWith(`${prefix}/`))
    return known && ['GET', 'HEAD', 'POST'].includes(method)
  }
  const edge = callGraph.find((each) => each.from === caller.name && each.to === to)
  return edge !== undefined && edge.methods.includes(method) && path.startsWith(calledPath(to))
}

/** https://istio.io/latest/docs/concepts/security/#implicit-enablement: DENY first; then, where any ALLOW is, one must fit. */
function isAllowed(world: World, principal: string, to: ServiceName, question: Question): boolean {
  const policies = ofKind(world, 'AuthorizationPolicy').filter((policy) => isFor(world, policy, to))
  const fits = (policy: Manifest) =>
    list(at(policy.body, 'spec.rules')).some((rule) => ruleFits(rule, principal, question))
  const action = (policy: Manifest) => text(at(policy.body, 'spec.action')) || 'ALLOW'
  if (policies.some((policy) => action(policy) === 'DENY' && fits(policy))) return false
  const allowing = policies.filter((policy) => action(policy) === 'ALLOW')
  return allowing.length === 0 || allowing.some(fits)
}

function isFor(world: World, { body }: Manifest, to: ServiceName): boolean {
  const targets = list(at(body, 'spec.targetRefs'))
  if (targets.length > 0) return targets.some((target) => at(target, 'kind') === 'Service' && at(target, 'name') === to)
  // In an ambient mesh these are for ztunnel, which sees the waypoint in place of the caller: productpage has none before it.
  if (world.expect.mesh === 'ambient' && to !== 'productpage') return false
  const labels = at(body, 'spec.selector.matchLabels')
  return labels === undefined || selectsByLabels(labels, { app: to })
}

function ruleFits(rule: Json, principal: string, { method, path }: Question): boolean {
  const sources = list(at(rule, 'from'))
  const operations = list(at(rule, 'to'))
  const matches = (patterns: string[], value: string) =>
    patterns.length === 0 || patterns.some((each) => like(each, value))
  const from = sources.length === 0 || sources.some((each) => matches(texts(at(each, 'source.principals')), principal))
  const to =
    operations.length === 0 ||
    operations.some(
      (each) =>
        matches(texts(at(each, 'operation.methods')), method) &&
        matches(texts(at(each, 'operation.paths')), path) &&
        matches(texts(at(each, 'operation.ports')), String(PORT))
    )
  return from && to
}

/** Istio's patterns: exact, `prefix*`, `*suffix` or `*`, which needs something to be there. */
function like(pattern: string, value: string): boolean {
  if (pattern === '*') return value !== ''
  if (pattern.endsWith('*')) return value.startsWith(pattern.slice(0, -1))
  if (pattern.startsWith('*')) return value.endsWith(pattern.slice(1))
  return pattern === value
}

function isService(name: string | undefined): name is ServiceName {
  return services.some((each) => each === name)
}

function isEverybody(selector: Json | undefined): boolean {
  return selector !== undefined && JSON.stringify(selector) === '{}'
}

function mayLeave(world: World, from: Workload, to: Workload, port: number): boolean {
  return passes(world, from, to, port, { type: 'Egress', rules: 'egress', peers: 'to' })
}

function mayEnter(world: World, from: Workload, to: Workload, port: number): boolean {
  return passes(world, to, from, port, { type: 'Ingress', rules: 'ingress', peers: 'from' })
}

interface Direction {
  type: 'Ingress' | 'Egress'
  rules: string
  peers: string
}

/** https://kubernetes.io/docs/concepts/services-networking/network-policies/#the-two-sorts-of-pod-isolation */
function passes(world: World, pod: Workload, peer: Workload, port: number, { type, rules, peers }: Direction): boolean {
  const policies = ofKind(world, 'NetworkPolicy').filter(
    ({ body }) =>
      selects(at(body, 'spec.podSelector'), pod.labels) && texts(at(body, 'spec.policyTypes')).includes(type)
  )
  if (policies.length === 0) return true
  return policies
    .flatMap(({ body }) => list(at(body, `spec.${rules}`)))
    .some((rule) => {
      const ports = list(at(rule, 'ports'))
      const known = list(at(rule, peers))
      const atPort = ports.length === 0 || ports.some((each) => at(each, 'port') === port)
      return atPort && (known.length === 0 || known.some((each) => isPeer(each, peer)))
    })
}

function isPeer(peer: Json, { labels }: Workload): boolean {
  const namespace = at(peer, 'namespaceSelector')
  const pods = at(peer, 'podSelector')
  if (at(peer, 'ipBlock') !== undefined) return false
  if (namespace !== undefined && !selects(namespace, { 'kubernetes.io/metadata.name': NAMESPACE })) return false
  return pods === undefined || selects(pods, labels)
}

/** What lets the outside in, with its paths. */
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

import { callGraph, serviceNames } from '@bookinfo/contracts'
import { PORT } from '../facts.ts'
import { at, type Json, list, texts } from '../json.ts'
import { selects, title } from '../manifest.ts'
import { gatewayPods, NAMESPACE, ofKind, type Workload, workloads, type World } from '../world.ts'
import { defineRule, type Rule } from './rule.ts'

/** Network policies, evaluated for every pair of pods. */
export const networkRules: readonly Rule[] = [
  networkRule('network-calls', 'the network allows a call outside of the call graph, or blocks one inside', (world) =>
    pairsOfServices(world).flatMap(({ from, to, call }) => {
      const needed = callGraph.some((edge) => edge.from === from.labels['app'] && edge.to === to.labels['app'])
      const allowed = mayLeave(world, from, to, PORT) && mayEnter(world, from, to, PORT)
      if (needed === allowed) return []
      return [`${call}: ${needed ? 'refused, and an edge' : 'allowed, and no edge'} of the call graph`]
    })
  ),
  networkRule('network-gateway', 'the gateway is unreachable, or can reach more than productpage', (world) =>
    gatewayPods(world).flatMap((gateway) => [
      ...list(at(gateway.manifest.body, 'spec.listeners'))
        .map((listener) => Number(at(listener, 'port')))
        .filter((port) => !mayEnter(world, OUTSIDE, gateway, port))
        .map((port) => `outside → ${title(gateway.manifest)}:${port}: refused`),
      ...servicePods(world).flatMap((to) => {
        const needed = to.labels['app'] === 'productpage'
        const allowed = mayLeave(world, gateway, to, PORT) && (!needed || mayEnter(world, gateway, to, PORT))
        if (needed === allowed) return []
        return [`${title(gateway.manifest)} → ${title(to.manifest)}: ${needed ? 'refused' : 'may leave'}`]
      })
    ])
  ),
  networkRule('network-half-open', 'only one of both sides blocks the call', (world) =>
    pairsOfServices(world).flatMap(({ from, to, call }) => {
      const [leaves, enters] = [mayLeave(world, from, to, PORT), mayEnter(world, from, to, PORT)]
      // Everybody may enter productpage: gateways and ingress controllers may be anywhere in the cluster.
      if (leaves === enters || (to.labels['app'] === 'productpage' && !leaves)) return []
      return [`${call}: ${leaves ? 'may leave but not enter' : 'may enter but not leave'}`]
    })
  ),
  networkRule('network-outside', 'an intruder can send data to the internet', (world) =>
    ofKind(world, 'NetworkPolicy').flatMap((policy) => {
      const rules = list(at(policy.body, 'spec.egress'))
      return [
        ...rules
          .filter((rule) => list(at(rule, 'to')).length === 0 || at(rule, 'ports') === undefined)
          .map(() => `${title(policy)}: lets something out to anywhere, or at any port`),
        ...rules
          .flatMap((rule) => list(at(rule, 'to')))
          .filter((peer) => at(peer, 'ipBlock') !== undefined || isEverybody(at(peer, 'namespaceSelector')))
          .map(() => `${title(policy)}: lets something out of the cluster, or to every namespace`)
      ]
    })
  ),
  networkRule('network-default', 'a pod without a policy may talk to everybody', (world) => {
    const closed = ofKind(world, 'NetworkPolicy').some(
      ({ body }) =>
        isEverybody(at(body, 'spec.podSelector')) &&
        ['Ingress', 'Egress'].every((type) => texts(at(body, 'spec.policyTypes')).includes(type)) &&
        at(body, 'spec.ingress') === undefined &&
        at(body, 'spec.egress') === undefined
    )
    return closed ? [] : ['NetworkPolicy: none closes the whole namespace']
  }),
  networkRule('network-spans', 'a service in trace mode cannot send its spans', (world) => {
    const collectors = workloads(world).filter(({ labels }) =>
      ['jaeger', 'otel-collector'].includes(labels['app'] ?? '')
    )
    return servicePods(world).flatMap((from) =>
      collectors
        .filter(
          (to) => ![4317, 4318].every((port) => mayLeave(world, from, to, port) && mayEnter(world, from, to, port))
        )
        .map((to) => `${title(from.manifest)} → ${title(to.manifest)}: spans are refused`)
    )
  })
]

/** A rule for clusters in which network policies are applied. */
function networkRule(name: string, why: string, check: Rule['check']): Rule {
  return defineRule(name, why, (world) => (world.expect.networkPolicies ? check(world) : []))
}

function servicePods(world: World): Workload[] {
  return workloads(world).filter(({ labels }) => serviceNames.some((name) => name === labels['app']))
}

/** The pods of any two services, in both directions. */
function pairsOfServices(world: World): { from: Workload; to: Workload; call: string }[] {
  const pods = servicePods(world)
  return pods.flatMap((from) =>
    pods
      .filter((to) => from.labels['app'] !== to.labels['app'])
      .map((to) => ({ from, to, call: `${title(from.manifest)} → ${title(to.manifest)}` }))
  )
}

function isEverybody(selector: Json | undefined): boolean {
  return selector !== undefined && JSON.stringify(selector) === '{}'
}

type Pods = Pick<Workload, 'labels'>

/** A caller outside the cluster, which no selector matches. */
const OUTSIDE = undefined

export function mayLeave(world: World, from: Pods, to: Pods, port: number): boolean {
  return passes(world, from, to, port, { type: 'Egress', rules: 'egress', peers: 'to' })
}

export function mayEnter(world: World, from: Pods | undefined, to: Pods, port: number): boolean {
  return passes(world, to, from, port, { type: 'Ingress', rules: 'ingress', peers: 'from' })
}

interface Direction {
  type: 'Ingress' | 'Egress'
  rules: string
  peers: string
}

/** https://kubernetes.io/docs/concepts/services-networking/network-policies/#the-two-sorts-of-pod-isolation */
function passes(
  world: World,
  pod: Pods,
  peer: Pods | undefined,
  port: number,
  { type, rules, peers }: Direction
): boolean {
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
      return atPort && (known.length === 0 || (peer !== OUTSIDE && known.some((each) => isPeer(each, peer))))
    })
}

function isPeer(peer: Json, { labels }: Pods): boolean {
  const namespace = at(peer, 'namespaceSelector')
  const pods = at(peer, 'podSelector')
  if (at(peer, 'ipBlock') !== undefined) return false
  if (namespace !== undefined && !selects(namespace, { 'kubernetes.io/metadata.name': NAMESPACE })) return false
  return pods === undefined || selects(pods, labels)
}

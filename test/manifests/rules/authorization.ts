import { calledPath, callGraph, door, PORT, type ServiceName, services } from '../call-graph.ts'
import { at, type Json, list, text, texts } from '../json.ts'
import { type Manifest, selectsByLabels, title } from '../manifest.ts'
import { find, NAMESPACE, ofKind, type World } from '../world.ts'
import type { Rule } from './rule.ts'

/** Who may call whom by the mesh. Policies are not compared but evaluated, call by call. */
export const authorizationRules: readonly Rule[] = [
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

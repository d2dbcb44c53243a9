import { at, type Json, keys, list, text, texts } from '../json.ts'
import { type Manifest, selectsByLabels } from '../manifest.ts'
import { find, NAMESPACE, ofKind, type World } from '../world.ts'

/** A request to a service. Without method and path it is a TCP connection. */
export interface Request {
  port: number
  method?: string
  path?: string
}

/** The target of a request, as policies name it. */
export interface Called {
  kind: 'Service' | 'Gateway'
  name: string
  /** Of its pods. */
  labels: Record<string, string>
}

export function serviceCalled(name: string): Called {
  return { kind: 'Service', name, labels: { app: name } }
}

/** The principal of an account: of this namespace, or of another (`istio-system/name`). */
export function principalOf(account: string): string {
  const [name = '', namespace = NAMESPACE] = account.split('/').toReversed()
  return `cluster.local/ns/${namespace}/sa/${name}`
}

/** The callers that a source names, by principal or by account. */
export function principalsIn(source: Json | undefined): string[] {
  return [...texts(at(source, 'principals')), ...texts(at(source, 'serviceAccounts')).map(principalOf)]
}

/**
 * Decides whether the policies of a service or a gateway allow a request.
 *
 * https://istio.io/latest/docs/concepts/security/#implicit-enablement: DENY first; then, where any ALLOW is, one must fit.
 */
export function policiesOf(world: World, to: Called): (principal: string, request: Request) => boolean {
  const policies = ofKind(world, 'AuthorizationPolicy').filter((policy) => isFor(world, policy, to))
  const action = (policy: Manifest) => text(at(policy.body, 'spec.action')) || 'ALLOW'
  const denying = policies.filter((policy) => action(policy) === 'DENY')
  const allowing = policies.filter((policy) => action(policy) === 'ALLOW')
  return (principal, request) => {
    const fits = (policy: Manifest) =>
      list(at(policy.body, 'spec.rules')).some((rule) =>
        request.method === undefined
          ? connectionFits(rule, principal, request.port, action(policy))
          : requestFits(rule, principal, request)
      )
    return !denying.some(fits) && (allowing.length === 0 || allowing.some(fits))
  }
}

function isFor(world: World, { body }: Manifest, to: Called): boolean {
  const targets = list(at(body, 'spec.targetRefs'))
  if (targets.length > 0)
    return targets.some((target) => at(target, 'kind') === to.kind && at(target, 'name') === to.name)
  // In an ambient mesh ztunnel applies these, and sees the waypoint instead of the caller.
  if (world.expect.mesh === 'ambient' && hasWaypoint(world, to)) return false
  // A policy without a selector applies to the whole namespace, including the gateway's pods.
  const labels = at(body, 'spec.selector.matchLabels')
  return labels === undefined || selectsByLabels(labels, to.labels)
}

/** The gateway calls productpage without a waypoint. */
function hasWaypoint(world: World, { kind, name }: Called): boolean {
  if (kind === 'Gateway' || name === 'productpage') return false
  return find(world, 'Service', name)?.labels['istio.io/use-waypoint'] !== 'none'
}

function requestFits(rule: Json, principal: string, { method = '', path = '', port }: Request): boolean {
  const operations = list(at(rule, 'to'))
  return (
    sourceFits(rule, principal) &&
    (operations.length === 0 ||
      operations.some(
        (each) =>
          matches(texts(at(each, 'operation.methods')), method) &&
          matches(texts(at(each, 'operation.paths')), path) &&
          matches(texts(at(each, 'operation.ports')), String(port))
      ))
  )
}

/**
 * Without HTTP, Istio drops an ALLOW rule with HTTP attributes, and applies a DENY rule without these attributes.
 * https://istio.io/latest/docs/tasks/security/authorization/authz-tcp/
 */
function connectionFits(rule: Json, principal: string, port: number, action: string): boolean {
  const operations = list(at(rule, 'to'))
  if (action === 'ALLOW' && asksForHttp(rule)) return false
  return (
    sourceFits(rule, principal) &&
    (operations.length === 0 || operations.some((each) => matches(texts(at(each, 'operation.ports')), String(port))))
  )
}

/** Whether a rule uses attributes that a connection without HTTP does not have. */
export function asksForHttp(rule: Json): boolean {
  const operations = list(at(rule, 'to')).flatMap((each) => keys(at(each, 'operation')))
  const sources = list(at(rule, 'from')).flatMap((each) => keys(at(each, 'source')))
  const conditions = list(at(rule, 'when')).map((each) => text(at(each, 'key')))
  return (
    operations.some((field) => !['ports', 'notPorts'].includes(field)) ||
    sources.some((field) => /requestPrincipals$/i.test(field)) ||
    conditions.some((key) => key.startsWith('request.'))
  )
}

/** Whether each operation of a rule is for certain ports. */
export function namesPorts(rule: Json): boolean {
  const operations = list(at(rule, 'to'))
  return operations.length > 0 && operations.every((each) => texts(at(each, 'operation.ports')).length > 0)
}

function sourceFits(rule: Json, principal: string): boolean {
  const sources = list(at(rule, 'from'))
  return sources.length === 0 || sources.some((each) => matches(principalsIn(at(each, 'source')), principal))
}

function matches(patterns: readonly string[], value: string): boolean {
  return patterns.length === 0 || patterns.some((each) => like(each, value))
}

/** Istio's patterns: exact, `prefix*`, `*suffix` or `*`, which needs something to be there. */
function like(pattern: string, value: string): boolean {
  if (pattern === '*') return value !== ''
  if (pattern.endsWith('*')) return value.startsWith(pattern.slice(0, -1))
  if (pattern.startsWith('*')) return value.endsWith(pattern.slice(1))
  return pattern === value
}

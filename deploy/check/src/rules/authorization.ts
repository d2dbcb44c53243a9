import { callGraph, serviceNames } from '@bookinfo/contracts'
import { accountOf, calledPath, databases, door, PORT } from '../facts.ts'
import { at, list, text, texts } from '../json.ts'
import { title } from '../manifest.ts'
import { find, gatewayPods, NAMESPACE, ofKind, workloads, type World } from '../world.ts'
import {
  asksForHttp,
  namesPorts,
  type Called,
  policiesOf,
  principalOf,
  principalsIn,
  type Request,
  serviceCalled
} from './policies.ts'
import { defineRule, type Rule } from './rule.ts'

/** Who may call whom in the mesh. The rules evaluate the policies for each possible call. */
export const authorizationRules: readonly Rule[] = [
  defineRule('policy-calls', 'a service may make a call outside of the call graph, or not one inside', (world) => {
    if (world.expect.mesh === 'none') return []
    return [
      ...serviceNames.map((name) => ({ to: serviceCalled(name), port: PORT, from: callers(world) })),
      ...gateways(world).map((to) => ({ to, port: GATEWAY_PORT, from: [outside] }))
    ].flatMap(({ to, port, from }) => {
      const isAllowed = policiesOf(world, to)
      return from.flatMap((caller) =>
        questions(to).flatMap((question) => {
          const allowed = isAllowed(caller.principal, { ...question, port })
          const needed = isNeeded(world, caller, to, question)
          const call = `${caller.name} → ${to.name} ${question.method} ${question.path}`
          if (allowed === needed) return []
          return [
            allowed
              ? `${call}: allowed, and no edge of the call graph`
              : `${call}: refused, and an edge of the call graph`
          ]
        })
      )
    })
  }),
  defineRule('database-calls', 'another service can use the database, or its own service cannot', (world) => {
    if (world.expect.mesh === 'none') return []
    const present = databases.filter(({ name }) => workloads(world).some(({ labels }) => labels['app'] === name))
    return present.flatMap(({ name: to, port, versions }) => {
      const users = workloads(world)
        .filter(({ labels }) => labels['app'] === 'ratings' && versions.includes(labels['version'] ?? ''))
        .map(({ spec }) => principalOf(text(at(spec, 'serviceAccountName'))))
      const isAllowed = policiesOf(world, serviceCalled(to))
      return callers(world).flatMap(({ name, principal }) =>
        [port, PORT].flatMap((asked) => {
          const allowed = isAllowed(principal, { port: asked })
          const needed = asked === port && users.includes(principal)
          if (allowed === needed) return []
          return [`${name} → ${to}:${asked}: ${allowed ? 'allowed, and no user of it' : 'refused, and a user of it'}`]
        })
      )
    })
  }),
  defineRule('policy-deny-port', 'a DENY rule on HTTP without a port denies all other TCP connections too', (world) =>
    ofKind(world, 'AuthorizationPolicy')
      .filter(({ body }) => at(body, 'spec.action') === 'DENY')
      .filter(({ body }) => list(at(body, 'spec.rules')).some((rule) => asksForHttp(rule) && !namesPorts(rule)))
      .map((policy) => `${title(policy)}: denies by attributes of HTTP, and names no port`)
  ),
  defineRule('policy-principal', 'no caller has that account', (world) => {
    const proxies = [world.expect.gateway, ...waypoints(world).map((name) => principalOf(name))]
    return ofKind(world, 'AuthorizationPolicy').flatMap((policy) =>
      list(at(policy.body, 'spec.rules'))
        .flatMap((rule) => list(at(rule, 'from')))
        .flatMap((from) => [...principalsIn(at(from, 'source')), ...texts(at(from, 'source.notPrincipals'))])
        .filter((principal) => !proxies.includes(principal) && !principal.endsWith('*'))
        .filter((principal) => !databaseUsers.includes(principal))
        .filter((principal) => {
          const [, account = ''] = new RegExp(`^cluster\\.local/ns/${NAMESPACE}/sa/(.+)$`).exec(principal) ?? []
          return !find(world, 'ServiceAccount', account)
        })
        .map((principal) => `${title(policy)}: no caller has the account ${principal}`)
    )
  })
]

interface Caller {
  name: string
  principal: string
}

/** Accounts that components with databases add. */
const databaseUsers = databases.flatMap(({ versions }) => versions.map((version) => principalOf(accountOf(version))))

function waypoints(world: World): string[] {
  return gatewayPods(world)
    .filter(({ isWaypoint }) => isWaypoint)
    .map(({ manifest }) => manifest.name)
}

/** Gateways with pods in the namespace, so that its policies apply to them. */
function gateways(world: World): Called[] {
  return gatewayPods(world)
    .filter(({ isWaypoint }) => !isWaypoint)
    .map(({ manifest, labels }) => ({ kind: 'Gateway', name: manifest.name, labels }))
}

const GATEWAY_PORT = 80

/** A caller outside of the mesh, which has no account. */
const outside: Caller = { name: 'outside', principal: '' }

/** The accounts of the suite, the gateway, and callers that must always be refused. */
function callers(world: World): Caller[] {
  return [
    ...serviceNames.map((name) => ({ name, principal: principalOf(`bookinfo-${name}`) })),
    ...(world.expect.gateway === undefined ? [] : [{ name: 'gateway', principal: world.expect.gateway }]),
    ...accountsOfVersions(world).map((name) => ({ name, principal: principalOf(name) })),
    { name: 'default', principal: principalOf('default') },
    { name: 'stranger', principal: 'cluster.local/ns/elsewhere/sa/bookinfo-productpage' },
    { name: 'nobody', principal: '' }
  ]
}

/** Accounts that not all versions of a service have. */
function accountsOfVersions(world: World): string[] {
  const accounts = workloads(world).map(({ spec }) => text(at(spec, 'serviceAccountName')))
  const known = serviceNames.map((name) => `bookinfo-${name}`)
  return [...new Set(accounts)].filter((account) => account !== '' && !known.includes(account))
}

type Question = Required<Omit<Request, 'port'>>

function questions(to: Called): Question[] {
  const paths = isOnTheWayIn(to)
    ? [...door.exact, ...door.prefix.map((prefix) => `${prefix}/0`), '/metrics', '/health']
    : [`${calledPath(to.name)}0`, '/health', '/metrics']
  const methods = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'DELETE']
  return paths.flatMap((path) => methods.map((method) => ({ method, path })))
}

function isNeeded(world: World, caller: Caller, to: Called, { method, path }: Question): boolean {
  if (isOnTheWayIn(to)) {
    if (caller !== outside && caller.name !== 'gateway') return false
    // There is no waypoint before productpage, so nothing checks methods and paths.
    if (to.kind === 'Service' && world.expect.mesh === 'ambient') return true
    const known = door.exact.includes(path) || door.prefix.some((prefix) => path.startsWith(`${prefix}/`))
    return known && ['GET', 'HEAD', 'POST'].includes(method)
  }
  const edge = callGraph.find((each) => each.from === caller.name && each.to === to.name)
  return edge !== undefined && edge.methods.some((each) => each === method) && path.startsWith(calledPath(edge.to))
}

function isOnTheWayIn({ kind, name }: Called): boolean {
  return kind === 'Gateway' || name === 'productpage'
}

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
import type { Rule } from './rule.ts'

/** Who may call whom by the mesh. Policies are not compared but evaluated, call by call. */
export const authorizationRules: readonly Rule[] = [
  {
    name: 'policy-calls',
    why: 'a service may make a call that is not in the call graph, or may not make one that is',
    check: (world) => {
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
    }
  },
  {
    name: 'database-calls',
    why: 'a service that does not own the database can read and write it, or its owner cannot',
    check: (world) => {
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
    }
  },
  {
    name: 'policy-deny-port',
    why: 'without a port, a DENY rule on attributes of HTTP denies all connections that are not HTTP',
    check: (world) =>
      ofKind(world, 'AuthorizationPolicy')
        .filter(({ body }) => at(body, 'spec.action') === 'DENY')
        .filter(({ body }) => list(at(body, 'spec.rules')).some((rule) => asksForHttp(rule) && !namesPorts(rule)))
        .map((policy) => `${title(policy)}: denies by attributes of HTTP, and names no port`)
  },
  {
    name: 'policy-principal',
    why: 'no caller has that account',
    check: (world) => {
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
          .map((principal) => `${title(policy)}: nobody is ${principal}`)
      )
    }
  }
]

interface Caller {
  name: string
  principal: string
}

/** Who may come with a database. */
const databaseUsers = databases.flatMap(({ versions }) => versions.map((version) => principalOf(accountOf(version))))

function waypoints(world: World): string[] {
  return gatewayPods(world)
    .filter(({ isWaypoint }) => isWaypoint)
    .map(({ manifest }) => manifest.name)
}

/** Ways in whose pods are in the namespace, and so among those that its policies are for. */
function gateways(world: World): Called[] {
  return gatewayPods(world)
    .filter(({ isWaypoint }) => !isWaypoint)
    .map(({ manifest, labels }) => ({ kind: 'Gateway', name: manifest.name, labels }))
}

const GATEWAY_PORT = 80

/** Whoever comes from outside of the mesh has no account. */
const outside: Caller = { name: 'outside', principal: '' }

/** Everybody of the suite, the gateway, and somebody who has no business here. */
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
    // Without a waypoint before productpage there is nobody who sees methods and paths.
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

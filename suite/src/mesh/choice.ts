import { createHash } from 'node:crypto'
import { headerText, type Labels, type MatchedRequest, type Target } from './rule.ts'
import type { Place } from '../topology.ts'
import type { Balance } from './traffic.ts'

/** A place where a service listens. */
export interface Endpoint {
  port: number
  labels: Labels
}

/** The endpoint of a place, with the labels that its pod has in a cluster. */
export function endpointOf({ port, service, version, script }: Place): Endpoint {
  return { port, labels: { app: service, version, runtime: script === undefined ? 'container' : 'vm' } }
}

/** A number from 0 to just below 1. */
export type Chance = () => number

/** Whether something happens that is to happen to a part of all requests. */
export function happens(percent: number, chance: Chance): boolean {
  return chance() * 100 < percent
}

/** Chooses one of several targets, each as often as its weight says. */
export function chooseTarget(targets: readonly Target[], chance: Chance): Target | undefined {
  let drawn = chance() * targets.reduce((sum, { weight }) => sum + weight, 0)
  return targets.find(({ weight }) => (drawn -= weight) < 0)
}

export function hasLabels(endpoint: Endpoint, labels: Labels): boolean {
  return Object.entries(labels).every(([name, value]) => endpoint.labels[name] === value)
}

/** Chooses endpoints for the requests of one caller. */
export function createBalancer(chance: Chance) {
  const turns = new Map<string, number>()

  return function choose(
    endpoints: readonly Endpoint[],
    { kind, ...more }: Balance | { kind: 'in turn' },
    request: MatchedRequest
  ): Endpoint | undefined {
    const text = 'header' in more ? headerText(request.headers, more.header) : undefined
    if (text !== undefined) return endpoints.toSorted((a, b) => rank(b, text) - rank(a, text))[0]
    if (kind !== 'in turn') return endpoints[Math.floor(chance() * endpoints.length)]
    const key = endpoints.map(({ port }) => port).join()
    const turn = turns.get(key) ?? 0
    turns.set(key, turn + 1)
    return endpoints[turn % endpoints.length]
  }
}

/** Rendezvous hashing: when an endpoint goes, only its own readers go elsewhere. */
function rank({ labels }: Endpoint, text: string): number {
  return createHash('sha256')
    .update(`${Object.values(labels).join()} ${text}`)
    .digest()
    .readUInt32BE()
}

import { callGraph, type ServiceName } from '@bookinfo/contracts'
import type { Fault } from '@bookinfo/contracts/lab'
import type { Labels, Rule } from './rule.ts'

/** One caller and one called service. */
export interface CallEdge {
  from: ServiceName
  to: ServiceName
}

export const edges: readonly CallEdge[] = callGraph.map(({ from, to }) => ({ from, to }))

export function edgeName({ from, to }: { from: string; to: string }): string {
  return `${from} to ${to}`
}

/** How an endpoint is chosen among several. */
export type Balance = { kind: 'in turn' } | { kind: 'random' } | { kind: 'by header'; header: string }

/** What is set for the traffic between the services. Each request looks here, so that a change counts at once. */
export interface Traffic {
  /** By `edgeName`. */
  faults: Map<string, Fault>
  /** By called service. A service without rules gets every request, at all its endpoints. */
  rules: Map<string, readonly Rule[]>
  balance: Map<string, Balance>
  /** The labels of a service's subsets, by name, where a lesson defined them. */
  subsets: Map<string, ReadonlyMap<string, Labels>>
}

export function createTraffic(): Traffic {
  return { faults: new Map(), rules: new Map(), balance: new Map(), subsets: new Map() }
}

/** The one list of calls between the services: the page's picture, the local suite and the checks of policies read it. */
export const callGraph: readonly Edge[] = [
  { from: 'productpage', to: 'details', methods: ['GET'] },
  { from: 'productpage', to: 'reviews', methods: ['GET'] },
  // GET reads stars, OPTIONS asks whether stars can be given, POST gives them.
  { from: 'productpage', to: 'ratings', methods: ['GET', 'OPTIONS', 'POST'] },
  { from: 'reviews', versions: ['v2', 'v3'], to: 'ratings', methods: ['GET'] }
]

export interface Edge {
  from: ServiceName
  /** The versions of the caller that make the call; every version if absent. */
  versions?: readonly string[]
  to: ServiceName
  methods: readonly ('GET' | 'OPTIONS' | 'POST')[]
}

export const serviceNames = ['productpage', 'details', 'reviews', 'ratings'] as const
export type ServiceName = (typeof serviceNames)[number]

/** The services that a version of a service calls. */
export function calledBy(service: string, version: string): ServiceName[] {
  return callGraph
    .filter(({ from, versions }) => from === service && (versions?.includes(version) ?? true))
    .map(({ to }) => to)
}

/** Who calls whom, and how: the one place that policies are checked against. A test compares it with the spans of a real run. */
export const callGraph: readonly Edge[] = [
  { from: 'productpage', to: 'details', methods: ['GET'] },
  { from: 'productpage', to: 'reviews', methods: ['GET'] },
  // What the API shows; whether stars can be given; giving them.
  { from: 'productpage', to: 'ratings', methods: ['GET', 'OPTIONS', 'POST'] },
  { from: 'reviews', to: 'ratings', methods: ['GET'] }
]

export interface Edge {
  from: ServiceName
  to: ServiceName
  methods: readonly string[]
}

export const services = ['productpage', 'details', 'reviews', 'ratings'] as const
export type ServiceName = (typeof services)[number]

/** What an upstream call asks for: nothing but this prefix and what is below. */
export function calledPath(to: ServiceName): string {
  return `/${to}/`
}

/** What the outside may ask of productpage: what the original's gateway lets in, and what the page links to; no metrics, no probes. */
export const door = {
  exact: ['/', '/productpage', '/login', '/logout', '/docs', '/openapi.json'],
  prefix: ['/static', '/api/v1/products']
}

/** The port of every service, and its name. */
export const PORT = 9080
export const PORT_NAME = 'http'

/** What probes ask, by the probe's name. */
export const probePaths = { startupProbe: '/livez', livenessProbe: '/livez', readinessProbe: '/readyz' }

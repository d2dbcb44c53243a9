/** A suite of four services that is measured: one way to serve the page. */
export interface Contender {
  name: string
  /** `floor`: node:http and undici. `usual`: Fastify, fetch and auto-instrumentation. */
  program: 'floor' | 'usual' | 'bookinfo'
  /** The value of UPSTREAM_CONNECTIONS. */
  connections: 'renewed' | 'per-request' | 'keep-alive'
  /** Whether every request is recorded and its spans are sent by OTLP. */
  spans: boolean
}

export const floors = {
  'per-request': { name: 'floor, connection per call', program: 'floor', connections: 'per-request', spans: false },
  kept: { name: 'floor, kept connections', program: 'floor', connections: 'keep-alive', spans: false }
} as const satisfies Record<string, Contender>

/** Bookinfo as it is started without settings. */
export const byDefault: Contender = {
  name: 'forward, renewed (default)',
  program: 'bookinfo',
  connections: 'renewed',
  spans: false
}

const forwardKept: Contender = {
  name: 'forward, kept',
  program: 'bookinfo',
  connections: 'keep-alive',
  spans: false
}

export const usual: Contender = {
  name: 'Fastify + auto-instrumentation',
  program: 'usual',
  connections: 'keep-alive',
  spans: true
}

/** Every span, with kept connections: the goals name it. */
export const tracedKept: Contender = {
  name: 'every span, kept',
  program: 'bookinfo',
  connections: 'keep-alive',
  spans: true
}

export const contenders: readonly Contender[] = [
  floors['per-request'],
  floors.kept,
  { name: 'forward, per call', program: 'bookinfo', connections: 'per-request', spans: false },
  byDefault,
  forwardKept,
  { name: 'every span, per call', program: 'bookinfo', connections: 'per-request', spans: true },
  { name: 'every span, renewed', program: 'bookinfo', connections: 'renewed', spans: true },
  tracedKept,
  usual
]

/** The floor that uses connections in the same way. Renewed ones are compared with kept ones, whose speed they aim for. */
export function floorOf({ connections }: Contender): Contender {
  return connections === 'per-request' ? floors['per-request'] : floors.kept
}

/** What else a contender's CPU time is compared with: what renewed connections, spans and auto-instrumentation cost. */
export const compared = [
  [byDefault, forwardKept],
  [tracedKept, forwardKept],
  [usual, tracedKept]
] as const

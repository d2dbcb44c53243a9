/** The values of UPSTREAM_CONNECTIONS; the first is the default. */
export const connectionUses = ['renewed', 'per-request', 'keep-alive'] as const
export type ConnectionUse = (typeof connectionUses)[number]

export interface Variant {
  name: string
  program: 'floor' | 'reviews'
  /** Runs with OpenTelemetry's standard instrumentation. */
  instrumented?: true
  /** Spans that arrive for each request whose trace is recorded. */
  spans: number
  /** Share of the requests whose caller records the trace. */
  sampledShare: number
}

/** All other variants are compared with this one. */
export const floor: Variant = { name: 'floor', program: 'floor', spans: 0, sampledShare: 1 }

export const variants: readonly Variant[] = [
  floor,
  { name: 'forward mode', program: 'reviews', spans: 0, sampledShare: 1 },
  { name: 'trace mode, 10 % sampled', program: 'reviews', spans: 2, sampledShare: 0.1 },
  { name: 'trace mode, 100 % sampled', program: 'reviews', spans: 2, sampledShare: 1 },
  { name: 'auto-instrumentation, 100 %', program: 'reviews', instrumented: true, spans: 4, sampledShare: 1 }
]

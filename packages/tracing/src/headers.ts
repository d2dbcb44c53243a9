/**
 * The request headers that every service hands on to the services it calls, so that a mesh can join their spans into
 * one trace and route by user. The original keeps this list three times, in three languages; here it stands once.
 *
 * Kept from the original: everything but the last group's additions, which tracers in use today need.
 * https://istio.io/latest/docs/tasks/observability/distributed-tracing/overview/
 */
export const headerGroups = {
  /** Envoy's id; it also carries Envoy's sampling decision, so losing it breaks more than log search. */
  envoy: ['x-request-id'],
  /** https://www.w3.org/TR/trace-context/ and https://www.w3.org/TR/baggage/ */
  w3c: ['traceparent', 'tracestate', 'baggage'],
  /** https://github.com/openzipkin/b3-propagation, both encodings */
  b3: ['x-b3-traceid', 'x-b3-spanid', 'x-b3-parentspanid', 'x-b3-sampled', 'x-b3-flags', 'b3'],
  lightstep: ['x-ot-span-context'],
  datadog: ['x-datadog-trace-id', 'x-datadog-parent-id', 'x-datadog-sampling-priority'],
  googleCloud: ['x-cloud-trace-context', 'grpc-trace-bin'],
  skywalking: ['sw8', 'sw8-correlation'],
  /** The lessons route and test by who the reader is and what the browser is. */
  reader: ['end-user', 'user-agent'],
  /** Only ever sent to the suite's own services. */
  credentials: ['cookie', 'authorization', 'jwt']
} as const satisfies Record<string, readonly string[]>

export const forwardedHeaderNames: readonly string[] = Object.values(headerGroups).flat()

/** Those that say to which trace a request belongs, and nothing of whose request it is: `baggage` may say anything. */
export const traceContextNames: readonly string[] = [
  'traceparent',
  'tracestate',
  ...headerGroups.b3,
  ...headerGroups.lightstep,
  ...headerGroups.datadog,
  ...headerGroups.googleCloud,
  'sw8'
]

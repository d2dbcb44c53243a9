/**
 * The request headers that every service forwards to the services it calls, so that a mesh can join their spans into one
 * trace and route by user. The original has this list three times, in three languages.
 *
 * The original's headers are all here. The others are those that tracers in use today ask an application to forward.
 * https://istio.io/latest/docs/tasks/observability/distributed-tracing/overview/
 */
export const headerGroups = {
  /** Envoy's id. It also carries Envoy's sampling decision, so losing it breaks more than log search. Kuma asks for it too. */
  envoy: ['x-request-id'],
  /** https://www.w3.org/TR/trace-context/ and https://www.w3.org/TR/baggage/: OpenTelemetry, Azure, Dapr, Linkerd and most others. */
  w3c: ['traceparent', 'tracestate', 'baggage'],
  /** https://github.com/openzipkin/b3-propagation, both encodings: Zipkin, Linkerd, Kuma, Envoy. */
  b3: ['x-b3-traceid', 'x-b3-spanid', 'x-b3-parentspanid', 'x-b3-sampled', 'x-b3-flags', 'b3'],
  /** Lightstep, and OpenTelemetry's `ottrace`. */
  openTracing: ['x-ot-span-context', 'ot-tracer-traceid', 'ot-tracer-spanid', 'ot-tracer-sampled'],
  /** `x-datadog-tags` has the upper half of 128-bit trace ids. */
  datadog: [
    'x-datadog-trace-id',
    'x-datadog-parent-id',
    'x-datadog-sampling-priority',
    'x-datadog-tags',
    'x-datadog-origin'
  ],
  googleCloud: ['x-cloud-trace-context', 'grpc-trace-bin'],
  /** AWS X-Ray and load balancers. */
  aws: ['x-amzn-trace-id'],
  /** Application Insights before it knew W3C. */
  azure: ['request-id', 'correlation-context'],
  jaeger: ['uber-trace-id'],
  /** https://skywalking.apache.org/docs/main/next/en/api/x-process-propagation-headers-v3/ */
  skywalking: ['sw8', 'sw8-x', 'sw8-correlation'],
  /** Sentry's other header is `baggage`. */
  sentry: ['sentry-trace'],
  elastic: ['elastic-apm-traceparent'],
  newRelic: ['newrelic'],
  dynatrace: ['x-dynatrace'],
  /** The lessons route and test by who the reader is and what the browser is. */
  reader: ['end-user', 'user-agent'],
  /** Sent to the suite's own services only. */
  credentials: ['cookie', 'authorization', 'jwt']
} as const satisfies Record<string, readonly string[]>

export const forwardedHeaderNames: readonly string[] = Object.values(headerGroups).flat()

/** Baggage of Jaeger and OpenTracing, and the context of Linkerd 1: the rest of the name is anything. */
export const forwardedPrefixes = ['uberctx-', 'ot-baggage-', 'l5d-ctx-'] as const

/*
 * Not forwarded, although tracers and meshes document them:
 * - `x-client-trace-id`, `x-envoy-force-trace`: Envoy writes their effect into `x-request-id`.
 * - Other `x-envoy-*`, `l5d-*`, `request-context`, `x-ms-*`, `x-amzn-requestid`: they describe one hop. Copied to the next, they
 *   are wrong there; `l5d-dst-override` would even send the call elsewhere.
 * - `jaeger-debug-id`, `jaeger-baggage`: commands to the first tracer, which writes `uber-trace-id` and `uberctx-*` from them.
 * - `x-newrelic-id`, `x-newrelic-transaction`, `x-dtc`, `x-dtpc`: from before `newrelic`, or from the browser's monitoring.
 * - `baggage-*` of old Zipkin clients: each site chooses these names and lists them in its own services.
 */

const forwarded: ReadonlySet<string> = new Set(forwardedHeaderNames)

const prefixed = new RegExp(`^(?:${forwardedPrefixes.join('|')})`)

/** @param name in lower case */
export function isForwarded(name: string): boolean {
  return forwarded.has(name) || prefixed.test(name)
}

import { headerGroups } from './headers.ts'

/**
 * The headers that say to which trace and span a request belongs. In trace mode each of them is either written anew for a call,
 * or dropped: copied, it would name another parent than `traceparent` does.
 */
export const traceContextNames: ReadonlySet<string> = new Set([
  'traceparent',
  'tracestate',
  ...headerGroups.b3,
  ...headerGroups.openTracing,
  'x-datadog-trace-id',
  'x-datadog-parent-id',
  'x-datadog-sampling-priority',
  'x-datadog-tags',
  ...headerGroups.googleCloud,
  ...headerGroups.aws,
  'request-id',
  ...headerGroups.jaeger,
  'sw8',
  'sw8-x',
  ...headerGroups.sentry,
  ...headerGroups.elastic,
  ...headerGroups.newRelic,
  ...headerGroups.dynatrace,
  'l5d-ctx-trace'
])

/** Of these, the headers that may also say who the reader is or which account pays: they stay inside the suite. */
const insideOnly: ReadonlySet<string> = new Set(['x-datadog-tags', ...headerGroups.newRelic, ...headerGroups.dynatrace])

/** Whether a header says only to which trace a request belongs. */
export function isForOutside(name: string): boolean {
  return traceContextNames.has(name) && !insideOnly.has(name)
}

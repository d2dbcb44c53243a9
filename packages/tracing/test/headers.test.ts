import { expect, test } from 'vitest'
import { forwardedHeaderNames, headerGroups } from '../src/index.ts'

/** Bookinfo's list: istio/istio 86c9f01, samples/bookinfo/src/reviews, LibertyRestEndpoint.java. */
const original = [
  ...'x-request-id x-ot-span-context x-datadog-trace-id x-datadog-parent-id x-datadog-sampling-priority'.split(' '),
  ...'traceparent tracestate x-cloud-trace-context grpc-trace-bin x-b3-traceid x-b3-spanid x-b3-parentspanid'.split(
    ' '
  ),
  ...'x-b3-sampled x-b3-flags sw8 end-user user-agent cookie authorization jwt'.split(' ')
]

test('all headers of the original are forwarded', () => {
  expect(original.filter((name) => !forwardedHeaderNames.includes(name))).toEqual([])
})

test('every header is listed once, in lower case', () => {
  expect([...new Set(forwardedHeaderNames)]).toEqual(forwardedHeaderNames)
  expect(forwardedHeaderNames.map((name) => name.toLowerCase())).toEqual(forwardedHeaderNames)
})

test('the credentials are the headers that prove who the reader is', () => {
  expect(headerGroups.credentials).toEqual(['cookie', 'authorization', 'jwt'])
})

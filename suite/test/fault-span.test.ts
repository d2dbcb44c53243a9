import { respond, startTinyServer } from '@bookinfo/service-kit/testing'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { createFaultReport, type MetFault } from '../src/mesh/fault-span.ts'

const [traceId, parentSpanId] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331']
const fault: MetFault = {
  edge: { from: 'reviews', to: 'ratings' },
  labels: { version: 'v1' },
  headers: { traceparent: `00-${traceId}-${parentSpanId}-01` },
  startMs: 1_800_000_000_000,
  delayMs: 0,
  abort: undefined,
  isGivenUp: false
}
const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } })

/** The spans that a collector gets for some faults. */
async function spansOf(...faults: MetFault[]): Promise<unknown[]> {
  const spans: unknown[] = []
  await using collector = await startTinyServer(async (request, response) => {
    spans.push(JSON.parse(await text(request)).resourceSpans[0])
    respond(200, {})(request, response)
  })
  const report = createFaultReport(collector.origin)
  for (const each of faults) report(each)
  await expect.poll(() => spans, { timeout: 10_000 }).toHaveLength(1)
  return spans
}

test('a delay is a span of the caller, below its call', async () => {
  expect(await spansOf({ ...fault, delayMs: 7000 })).toMatchObject([
    {
      resource: { attributes: [attribute('service.name', 'reviews')] },
      scopeSpans: [{ spans: [{ traceId, parentSpanId, name: 'fault: delay of 7000 ms', kind: 1 }] }]
    }
  ])
})

test.each([
  [{ abort: 503 }, 'fault: abort with 503', []],
  [{ delayMs: 7000, isGivenUp: true }, 'fault: delay of 7000 ms', [attribute('error.type', 'caller_gone')]]
])('with %j a failed span stands in for the called version', async (more, name, reasons) => {
  const explanation = attribute('fault.explanation', 'on purpose, on the way from reviews to ratings')
  const attributes = [explanation, ...reasons]
  expect(await spansOf({ ...fault, ...more })).toMatchObject([
    {
      resource: { attributes: [attribute('service.name', 'ratings'), attribute('service.version', 'v1')] },
      scopeSpans: [{ spans: [{ traceId, parentSpanId, name, kind: 2, status: { code: 2 }, attributes }] }]
    }
  ])
})

test('without a trace, or one that is not recorded, there is no span', async () => {
  const unrecorded = { ...fault, headers: { traceparent: `00-${traceId}-${parentSpanId}-00` } }
  expect(await spansOf(unrecorded, { ...fault, headers: {} }, { ...fault, delayMs: 1 })).toHaveLength(1)
})

import { describe, expect, test } from 'vitest'
import { startBundle, wholeBuild } from '../bundle/bundle.ts'
import { ask, askFully } from '../support/index.ts'
import { arrival, exporterKinds } from './collectors/index.ts'

const CALLER = 'b7ad6b7169203331'
const soon = { OTEL_BSP_SCHEDULE_DELAY: '10' }

describe('OTEL_TRACES_SAMPLER', () => {
  const low = '00000000000000000000000000000001'
  /** The SDK combines the four parts of a trace id with XOR. */
  const high = 'ffffffff000000000000000000000000'
  /** Whether a request is recorded: without a parent, with a sampled parent, and with an unsampled parent. */
  const samplers: [sampler: string, argument: string, recorded: [boolean, boolean, boolean]][] = [
    ['', '', [true, true, false]],
    ['always_on', '', [true, true, true]],
    ['always_off', '', [false, false, false]],
    ['traceidratio', '1', [true, true, true]],
    ['traceidratio', '0', [false, false, false]],
    ['parentbased_always_on', '', [true, true, false]],
    ['parentbased_always_off', '', [false, true, false]],
    ['parentbased_traceidratio', '0', [false, true, false]],
    ['parentbased_traceidratio', '1.0', [true, true, false]]
  ]

  async function startDetails(sampler: string, argument: string, port: number) {
    const settings = { OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: argument }
    return startBundle('details', { ...soon, ...exporterKinds['OTLP JSON'].env(port), ...settings }, wholeBuild)
  }

  test.each(samplers)('%s with %s', async (sampler, argument, recorded) => {
    await using collector = await exporterKinds['OTLP JSON'].start()
    await using details = await startDetails(sampler, argument, collector.port)
    const flags: unknown[] = []
    for (const parent of [undefined, `00-${low}-${CALLER}-01`, `00-${high}-${CALLER}-00`]) {
      const { headers } = await askFully(
        details.origin,
        '/details/0',
        parent ? { headers: { traceparent: parent } } : {}
      )
      flags.push(String(headers['traceresponse']).endsWith('-01'))
    }
    expect(flags).toEqual(recorded)
    await arrival(collector, recorded.filter(Boolean).length)
  })

  test('traceidratio decides by the trace id, so that all services decide alike', async () => {
    await using collector = await exporterKinds['OTLP JSON'].start()
    await using details = await startDetails('traceidratio', '0.5', collector.port)
    for (const trace of [high, low]) {
      await ask(details.origin, '/details/0', { headers: { traceparent: `00-${trace}-${CALLER}-01` } })
    }
    expect((await arrival(collector, 1)).map(({ traceId }) => traceId)).toEqual([low])
  })
})

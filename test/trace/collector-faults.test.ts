import { describe, expect, test } from 'vitest'
import { startBundle, wholeBuild, type RunningBundle } from '../bundle/bundle.ts'
import { ask, parseOpenMetrics, refusingPort } from '../support/index.ts'
import { exporterKinds, type Behaviour, type Collector } from './collectors/index.ts'

const REQUESTS = 20

/** Failures come soon. Tests that expect success do not use these times. */
const impatient = {
  OTEL_BSP_SCHEDULE_DELAY: '10',
  OTEL_EXPORTER_OTLP_TIMEOUT: '500',
  OTEL_EXPORTER_JAEGER_TIMEOUT: '500'
}
/** No export times out during a test. */
const patient = { OTEL_EXPORTER_OTLP_TIMEOUT: '600000', OTEL_EXPORTER_JAEGER_TIMEOUT: '600000' }

/** Details in trace mode. Each request makes one span. */
async function startDetails(env: Record<string, string>): Promise<RunningBundle> {
  return startBundle('details', env, wholeBuild)
}

async function answersAll({ origin }: RunningBundle, requests = REQUESTS): Promise<void> {
  for (let request = 0; request < requests; request += 1) {
    expect((await ask(origin, `/details/${request}`)).status).toBe(200)
  }
}

interface Counts {
  waiting: number | undefined
  dropped: number | undefined
}

async function countsOf({ origin }: RunningBundle): Promise<Counts> {
  const { body } = await ask(origin, '/metrics', { headers: { accept: 'application/openmetrics-text' } })
  const families = parseOpenMetrics(String(body))
  return {
    waiting: families.get('otel_spans_waiting')?.samples[0]?.value,
    dropped: families.get('otel_spans_dropped')?.samples[0]?.value
  }
}

const eventually = { timeout: 30_000 }

/** The exit of the process, and the number of lost spans in its last log line. */
async function endOf(details: RunningBundle): Promise<object> {
  const ending = await details.stop()
  const { msg, dropped_spans: lost = 0 }: Record<string, unknown> = JSON.parse(details.lines.at(-1) ?? '')
  return { ...ending, msg, lost }
}

const endsWell = (lost: number) => ({ code: 0, signal: null, stderr: '', msg: 'stopped', lost })

const { 'Jaeger UDP': udp, ...streamed } = exporterKinds

describe.each(Object.entries(streamed))('%s', (_name, kind) => {
  describe('counts lost spans, and answers every request, if the collector', () => {
    async function endAt(port: number, host?: string): Promise<object> {
      await using details = await startDetails({ ...impatient, ...kind.env(port, host) })
      await answersAll(details)
      await expect.poll(() => countsOf(details), eventually).toEqual({ waiting: 0, dropped: REQUESTS })
      return await endOf(details)
    }

    test.each<[what: string, behaviour: Behaviour]>([
      ['answers 500', 500],
      ['answers 503', 503],
      ['answers 429', 429],
      ['accepts and never answers', 'hangs'],
      ['accepts and resets', 'resets']
    ])('%s', async (_what, behaviour) => {
      await using collector = await kind.start(behaviour)
      expect(await endAt(collector.port)).toEqual(endsWell(REQUESTS))
      expect(collector.requests).toBeGreaterThan(0)
    })

    test('refuses connections', async () => {
      expect(await endAt(await refusingPort())).toEqual(endsWell(REQUESTS))
    })

    test('has an unknown host name', async () => {
      expect(await endAt(4318, 'collector.invalid')).toEqual(endsWell(REQUESTS))
    })
  })

  test('loses no span if the collector is slow, and no request waits for it', async () => {
    await using collector = await kind.start('holds')
    await using details = await startDetails({ ...patient, OTEL_BSP_SCHEDULE_DELAY: '10', ...kind.env(collector.port) })
    await answersAll(details)
    await expect.poll(() => collector.requests, eventually).toBeGreaterThan(0)
    expect(await countsOf(details)).toEqual({ waiting: REQUESTS, dropped: 0 })
    collector.release()
    await expect.poll(() => countsOf(details), eventually).toEqual({ waiting: 0, dropped: 0 })
    expect(collector.spans.length).toBe(REQUESTS)
    expect(await endOf(details)).toEqual(endsWell(0))
  })

  test('keeps at most OTEL_BSP_MAX_QUEUE_SIZE spans while the collector hangs, and drops the others', async () => {
    const most = 8
    await using collector = await kind.start('hangs')
    const queue = { OTEL_BSP_MAX_QUEUE_SIZE: String(most), OTEL_BSP_SCHEDULE_DELAY: '10' }
    await using details = await startDetails({ ...patient, ...queue, ...kind.env(collector.port) })
    await answersAll(details, 5 * most)
    const { waiting = 0, dropped = 0 } = await countsOf(details)
    expect(waiting + dropped).toBe(5 * most)
    // One batch is being sent, and a batch is at most as large as the queue.
    expect(waiting).toBeLessThanOrEqual(2 * most)
    expect(await endOf(details)).toEqual(endsWell(5 * most))
  })

  test('sends waiting spans when the service stops', async () => {
    await using collector = await kind.start()
    const never = { OTEL_BSP_SCHEDULE_DELAY: '600000' }
    await using details = await startDetails({ ...patient, ...never, ...kind.env(collector.port) })
    await answersAll(details)
    expect(collector.requests).toBe(0)
    expect(await endOf(details)).toEqual(endsWell(0))
    expect(collector.spans.length).toBe(REQUESTS)
  })

  test('the service stops although the collector has died', async () => {
    const never = { OTEL_BSP_SCHEDULE_DELAY: '600000' }
    const collector: Collector = await kind.start()
    await using details = await startDetails({ ...patient, ...never, ...kind.env(collector.port) })
    await answersAll(details)
    await collector[Symbol.asyncDispose]()
    expect(await endOf(details)).toEqual(endsWell(REQUESTS))
  })

  test('the service stops although the collector hangs', async () => {
    await using collector = await kind.start('hangs')
    const never = { OTEL_BSP_SCHEDULE_DELAY: '600000' }
    await using details = await startDetails({ ...patient, ...never, ...kind.env(collector.port) })
    await answersAll(details)
    expect(await endOf(details)).toEqual(endsWell(REQUESTS))
  })
})

describe('Jaeger UDP, which gets no answers,', () => {
  test('answers every request although nothing listens', async () => {
    const collector = await udp.start()
    const { port } = collector
    await collector[Symbol.asyncDispose]()
    await using details = await startDetails({ ...impatient, ...udp.env(port) })
    await answersAll(details)
    await expect.poll(() => countsOf(details), eventually).toEqual({ waiting: 0, dropped: 0 })
    expect(await endOf(details)).toEqual(endsWell(0))
  })

  test('counts lost spans if the agent has an unknown host name', async () => {
    await using details = await startDetails({ ...impatient, ...udp.env(6832, 'agent.invalid') })
    await answersAll(details)
    await expect.poll(() => countsOf(details), eventually).toEqual({ waiting: 0, dropped: REQUESTS })
    expect(await endOf(details)).toEqual(endsWell(REQUESTS))
  })

  test('sends waiting spans when the service stops', async () => {
    await using collector = await udp.start()
    await using details = await startDetails({ OTEL_BSP_SCHEDULE_DELAY: '600000', ...udp.env(collector.port) })
    await answersAll(details)
    expect(await endOf(details)).toEqual(endsWell(0))
    await expect.poll(() => collector.spans.length, eventually).toBe(REQUESTS)
  })
})

test('spans arrive at one collector although another one hangs', async () => {
  const [otlp, jaeger] = [exporterKinds['OTLP protobuf'], exporterKinds['Jaeger HTTP']]
  await using hanging = await otlp.start('hangs')
  await using taking = await jaeger.start()
  const both = { ...otlp.env(hanging.port), ...jaeger.env(taking.port), OTEL_TRACES_EXPORTER: 'otlp,jaeger' }
  await using details = await startDetails({ ...patient, OTEL_BSP_SCHEDULE_DELAY: '10', ...both })
  await answersAll(details)
  await expect.poll(() => taking.spans.length, eventually).toBe(REQUESTS)
  await expect.poll(() => countsOf(details), eventually).toEqual({ waiting: REQUESTS, dropped: 0 })
  expect(await endOf(details)).toEqual(endsWell(REQUESTS))
})

test('one log line names the reason for lost spans', async () => {
  const port = await refusingPort()
  await using details = await startDetails({ ...impatient, ...exporterKinds['OTLP JSON'].env(port) })
  await answersAll(details)
  const losses = () =>
    details.lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'spans could not be sent')
  await expect
    .poll(losses, eventually)
    .toMatchObject([
      { level: 'warn', dropped_spans: expect.any(Number), reason: expect.stringContaining('ECONNREFUSED') }
    ])
  await details.stop()
  expect(losses().length).toBe(1)
})

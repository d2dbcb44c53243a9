import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { leaveOutIfTaken, planTraces } from '../src/traces.ts'
import { freeBasePort } from './support/ports.ts'

const wishes = { basePort: 9080, traces: true }

test('the services send their spans to the viewer, which stands where people look for Jaeger', () => {
  const { viewer, env, note } = planTraces(wishes, {})
  expect(viewer).toMatchObject({ port: 16_686, otlpPort: 4318, env: { PORT: '16686', OTLP_PORT: '4318' } })
  expect(env).toEqual({
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_BSP_SCHEDULE_DELAY: '500',
    TRACE_UI_URL: 'http://localhost:16686',
    ANSWERS_URL: 'http://localhost:16686/answers.svg?service=reviews'
  })
  expect(note).toBeUndefined()
})

test('with another base port the viewer stands after the services', () => {
  const { viewer, env } = planTraces({ ...wishes, basePort: 9180 }, {})
  expect([viewer?.port, viewer?.otlpPort]).toEqual([9186, 9187])
  expect(env).toMatchObject({
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9187',
    TRACE_UI_URL: 'http://localhost:9186'
  })
})

test.each([
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://localhost:4318'],
  ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'http://localhost:4318/v1/traces'],
  ['OTEL_TRACES_EXPORTER', 'jaeger'],
  ['OTEL_TRACES_EXPORTER', 'none'],
  ['OTEL_SDK_DISABLED', 'True']
])('who sets %s=%s has chosen, and gets no viewer', (name, value) => {
  expect(planTraces(wishes, { [name]: value })).toEqual({
    env: {},
    note: `Traces: as ${name} says; the trace viewer is not started.`
  })
})

test.each([
  ['OTEL_EXPORTER_OTLP_ENDPOINT', ''],
  ['OTEL_TRACES_EXPORTER', ''],
  ['OTEL_SDK_DISABLED', 'false'],
  ['OTEL_TRACES_SAMPLER_ARG', '0.1']
])('%s=%s is no choice', (name, value) => {
  expect(planTraces(wishes, { [name]: value }).viewer).toBeDefined()
})

test('an address of the viewer that the user knows better stays', () => {
  expect(planTraces(wishes, { TRACE_UI_URL: 'https://traces.example' }).env).toMatchObject({
    TRACE_UI_URL: 'https://traces.example',
    ANSWERS_URL: 'https://traces.example/answers.svg?service=reviews'
  })
})

test.each([
  [{}, undefined, undefined],
  [{ ALLOWED_HOSTS: 'traces.example' }, undefined, undefined],
  [{}, 'vm', '10.0.2.1'],
  [{ ALLOWED_HOSTS: '' }, 'vm', '10.0.2.1'],
  [{ ALLOWED_HOSTS: 'traces.example,[fd00::5]' }, 'vm', 'traces.example,[fd00::5],10.0.2.1']
] as const)('with %o and details in %s the viewer is told to allow the hosts %s', (env, details, allowed) => {
  expect(planTraces({ ...wishes, ...(details && { details }) }, env).viewer?.env['ALLOWED_HOSTS']).toBe(allowed)
})

test('--no-traces means neither viewer nor spans, and needs no words', () => {
  expect(planTraces({ ...wishes, traces: false }, {})).toEqual({ env: {} })
})

test.each([6, 7])('without port N+%s there is no viewer, and a line says what to do', async (offset) => {
  const basePort = await freeBasePort()
  const planned = planTraces({ basePort, traces: true }, {})
  expect(await leaveOutIfTaken(planned)).toBe(planned)
  const other = createServer().listen({ host: '127.0.0.1', port: basePort + offset })
  await once(other, 'listening')
  try {
    expect(await leaveOutIfTaken(planned)).toEqual({
      env: {},
      note:
        `No traces: port ${basePort + offset}, which the trace viewer needs, is in use. If Jaeger or a collector has it, ` +
        'set OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 to send traces there; else stop that program, or take 9 ' +
        'other ports with --base-port N (for example npm start -- --base-port 9180).'
    })
  } finally {
    other.close()
  }
})

import { expect, test } from 'vitest'
import { prepareEnvironment } from '../src/environment.ts'
import type { TelemetryConfig } from '../src/index.ts'
import { settingsWith } from './support/sdk-settings.ts'

/** The environment as the SDK reads it, and the warnings. */
function prepared(env: NodeJS.ProcessEnv, config: Partial<TelemetryConfig> = {}) {
  const warnings: string[] = []
  const copy = { ...env }
  prepareEnvironment(copy, settingsWith(config), (warning) => warnings.push(warning))
  return { env: copy, warnings }
}

test('the SDK reads the checked settings, not those that were ignored', () => {
  const { env, warnings } = prepared(
    { OTEL_TRACES_SAMPLER: 'parentbased_jaeger_remote', OTEL_EXPORTER_OTLP_ENDPOINT: 'ftp://collector' },
    { OTEL_TRACES_SAMPLER: 'always_on' }
  )
  expect(env).toMatchObject({ OTEL_TRACES_SAMPLER: 'always_on', OTEL_EXPORTER_OTLP_ENDPOINT: '' })
  expect(warnings).toEqual([])
})

test.each([
  ['grpc', 'collector:4317', []],
  ['http/json', 'http://collector:4317', [expect.stringContaining('"http://collector:4317" is used instead')]]
] as const)('by %s an endpoint without a scheme is %s', (protocol, used, told) => {
  const { env, warnings } = prepared(
    {},
    { OTEL_EXPORTER_OTLP_PROTOCOL: protocol, OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' }
  )
  expect(env['OTEL_EXPORTER_OTLP_ENDPOINT']).toBe(used)
  expect(warnings).toEqual(told)
})

test.each([
  ['api-key=secret,tenant=a%20b', 'api-key=secret,tenant=a%20b', 0],
  ['', '', 0],
  ['api-key', '', 1],
  ['api-key=secret,my key=secret', 'api-key=secret', 1],
  ['a=secret%0d%0ab,b=%zz', '', 2]
])('of the headers "%s" the valid ones are used, and no value is shown', (given, used, invalid) => {
  const { env, warnings } = prepared({ OTEL_EXPORTER_OTLP_HEADERS: given })
  expect(env['OTEL_EXPORTER_OTLP_HEADERS']).toBe(used)
  expect(warnings.map((warning) => /got ([0-9]+) that are not/.exec(warning)?.[1])).toEqual(
    [String(invalid)].filter((count) => count !== '0')
  )
  expect(warnings.join()).not.toContain('secret')
})

test.each([
  ['bookinfo.runtime=vm,team=a%2Cb', true],
  ['bookinfo.runtime=vm,', true],
  ['bookinfo.runtime', false],
  ['bookinfo.runtime=vm,=x', false],
  ['a=b=c', false],
  ['a=%zz', false],
  [`a=${'x'.repeat(256)}`, false]
])('the resource attributes "%s" are valid: %s', (given, isValid) => {
  const { env, warnings } = prepared({ OTEL_RESOURCE_ATTRIBUTES: given })
  expect(env['OTEL_RESOURCE_ATTRIBUTES']).toBe(isValid ? given : undefined)
  expect(warnings.map((warning) => /^OTEL_RESOURCE_ATTRIBUTES must be .*; it is ignored$/.test(warning))).toEqual(
    [true].filter(() => !isValid)
  )
})

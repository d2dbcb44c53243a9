import { Type } from 'typebox'
import { describe, expect, test } from 'vitest'
import { commonSettings, CommonConfig, loadConfig, portSetting } from '../src/index.ts'

const defaults = loadConfig(CommonConfig, {}, [])

/** What the OpenTelemetry specification asks for: a warning, and the default. */
const shared: [name: keyof CommonConfig, given: string, used: string | number | boolean, told?: string][] = [
  ['OTEL_PROPAGATORS', 'tracecontext,baggage,xray', 'tracecontext,baggage,xray'],
  ['OTEL_PROPAGATORS', ' TraceContext , B3 ', 'tracecontext,b3'],
  ['OTEL_PROPAGATORS', 'tracecontext,solarwinds', 'tracecontext', 'must be one or more of tracecontext'],
  ['OTEL_PROPAGATORS', 'solarwinds', 'tracecontext,baggage', '"tracecontext,baggage" is used instead'],
  ['OTEL_PROPAGATORS', ',', 'tracecontext,baggage'],
  ['OTEL_TRACES_EXPORTER', 'OTLP', 'otlp'],
  ['OTEL_TRACES_EXPORTER', 'otlp,zipkin', 'otlp', 'got "otlp,zipkin"; "otlp" is used instead'],
  ['OTEL_TRACES_EXPORTER', 'zipkin', '', 'got "zipkin"; it is ignored'],
  ['OTEL_TRACES_EXPORTER', 'otlp,,jaeger', 'otlp,jaeger'],
  [
    'OTEL_TRACES_SAMPLER',
    'parentbased_jaeger_remote',
    'parentbased_always_on',
    '"parentbased_always_on" is used instead'
  ],
  ['OTEL_TRACES_SAMPLER', 'Always_Off', 'always_off'],
  ['OTEL_TRACES_SAMPLER_ARG', '.25', '.25'],
  ['OTEL_TRACES_SAMPLER_ARG', '1e-3', '1e-3'],
  ['OTEL_TRACES_SAMPLER_ARG', '2', '', 'must be a number from 0 to 1, got "2"; it is ignored'],
  ['OTEL_TRACES_SAMPLER_ARG', 'endpoint=http://a:14250', '', 'it is ignored'],
  ['OTEL_SDK_DISABLED', 'TRUE', true],
  ['OTEL_SDK_DISABLED', '1', false, 'must be true or false, got "1"; "false" is used instead'],
  ['OTEL_BSP_SCHEDULE_DELAY', '0', 5000, '"5000" is used instead'],
  ['OTEL_BSP_SCHEDULE_DELAY', ' 200 ', 200],
  ['OTEL_BSP_MAX_QUEUE_SIZE', 'many', 2048, '"2048" is used instead'],
  ['OTEL_BSP_EXPORT_TIMEOUT', '-1', 30_000, '"30000" is used instead'],
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'HTTP/JSON', 'http/json'],
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'http/thrift', 'http/protobuf', '"http/protobuf" is used instead'],
  ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'thrift', '', 'it is ignored'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4317', 'collector:4317'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://localhost:99999', '', 'it is ignored'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'ftp://collector:21', '', 'it is ignored'],
  ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'http://[zz]:4318', '', 'it is ignored'],
  ['OTEL_EXPORTER_JAEGER_ENDPOINT', 'localhost:14268', '', 'must be an http:// or https:// address'],
  ['OTEL_EXPORTER_JAEGER_AGENT_HOST', 'no host', 'localhost', 'must be a host name or address, got "no host"'],
  ['OTEL_EXPORTER_JAEGER_AGENT_PORT', '0', 6832, '"6832" is used instead'],
  ['OTEL_EXPORTER_JAEGER_TIMEOUT', '1s', 10_000, '"10000" is used instead']
]

test.each(shared)('%s=%s of a cluster does not stop a service', (name, given, used, told) => {
  const warnings: string[] = []
  const config = loadConfig(CommonConfig, { [name]: given }, [], (warning) => warnings.push(warning))
  expect(config).toEqual({ ...defaults, [name]: used })
  expect(warnings.map((warning) => warning.startsWith(`${name} must be `) && warning.includes(told ?? ''))).toEqual(
    [true].filter(() => told !== undefined)
  )
})

describe('a variable that other programs set', () => {
  const linked = {
    ...Object.fromEntries(['PORT', 'OTEL_EXPORTER_JAEGER_AGENT_PORT'].map((name) => [name, 'tcp://10.0.0.1:3306'])),
    THINGS_SERVICE_PORT: 'udp://[fd00::1]:53'
  }

  test("counts as unset if it is Kubernetes's link to a Service, whatever the setting", () => {
    const Linked = Type.Object({ ...commonSettings, THINGS_SERVICE_PORT: portSetting('things') })
    const warnings: string[] = []
    const config = loadConfig(Linked, linked, [], (warning) => warnings.push(warning))
    expect([config, warnings]).toEqual([{ ...defaults, THINGS_SERVICE_PORT: 9080 }, []])
  })

  test.each(['x86_64-conda-linux-gnu', 'workstation', 'beef', 'my-laptop.local', 'node.01'])(
    'HOST=%s of a shell is ignored with a warning',
    (host) => {
      const warnings: string[] = []
      const { HOST } = loadConfig(CommonConfig, { HOST: host }, [], (warning) => warnings.push(warning))
      expect(HOST).toBe('::')
      expect(warnings).toEqual([`HOST must be an IP address or localhost, got "${host}"; "::" is used instead`])
    }
  )
})

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Type } from 'typebox'
import { afterAll, describe, expect, test } from 'vitest'
import { commonSettings, CommonConfig, ConfigError, loadConfig, portSetting } from '../src/index.ts'

const Settings = Type.Object({
  ...commonSettings,
  COLOR: Type.Enum(['black', 'red'], { default: 'black' }),
  ENABLED: Type.Boolean({ default: false }),
  SIZE: Type.Integer({ default: 5, minimum: 1, maximum: 9 }),
  PLACE: Type.String({ default: 'here', pattern: '^[a-z]+$', allowed: 'a word in small letters' }),
  CODE: Type.String({ default: 'a', pattern: '^[a-c]$' }),
  NOTE: Type.String({ default: '', maxLength: 5 }),
  PASSWORD: Type.String({ default: '', maxLength: 8, secret: true })
})

const NeedsUrl = Type.Object({ URL: Type.String({ minLength: 1 }) })

const defaults = {
  PORT: 9080,
  HOST: '::',
  SERVICE_VERSION: 'v1',
  HOSTNAME: '',
  LOG_LEVEL: 'info',
  KEEP_ALIVE_TIMEOUT_MS: 3_900_000,
  MAX_HEADER_KIB: 60,
  MAX_REQUESTS_IN_FLIGHT: 250,
  SHUTDOWN_DELAY_MS: 0,
  SHUTDOWN_BUDGET_MS: 10_000,
  OTEL_TRACES_EXPORTER: '',
  OTEL_EXPORTER_OTLP_ENDPOINT: '',
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: '',
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: '',
  OTEL_EXPORTER_JAEGER_ENDPOINT: '',
  OTEL_EXPORTER_JAEGER_AGENT_HOST: 'localhost',
  OTEL_EXPORTER_JAEGER_AGENT_PORT: 6832,
  OTEL_EXPORTER_JAEGER_TIMEOUT: 10_000,
  OTEL_PROPAGATORS: 'tracecontext,baggage',
  OTEL_TRACES_SAMPLER: 'parentbased_always_on',
  OTEL_TRACES_SAMPLER_ARG: '',
  OTEL_BSP_SCHEDULE_DELAY: 5000,
  OTEL_BSP_EXPORT_TIMEOUT: 30_000,
  OTEL_BSP_MAX_QUEUE_SIZE: 2048,
  OTEL_SDK_DISABLED: false
}

describe('what is set', () => {
  test('takes the defaults when nothing is', () => {
    expect(loadConfig(CommonConfig, {}, [])).toEqual(defaults)
  })

  test('takes empty variables as unset', () => {
    const env = {
      PORT: '',
      HOST: '',
      SERVICE_VERSION: '',
      LOG_LEVEL: '',
      SHUTDOWN_DELAY_MS: '',
      SHUTDOWN_BUDGET_MS: ''
    }
    expect(loadConfig(CommonConfig, env, [])).toEqual(defaults)
  })

  test('reads variables and ignores those that it does not know', () => {
    const env = {
      PORT: '8080',
      HOST: '127.0.0.1',
      LOG_LEVEL: 'debug',
      HOSTNAME: 'pod-1',
      DETAILS_PORT: 'tcp://10.0.0.1:9080'
    }
    expect(loadConfig(CommonConfig, env, [])).toEqual({
      ...defaults,
      PORT: 8080,
      HOST: '127.0.0.1',
      LOG_LEVEL: 'debug',
      HOSTNAME: 'pod-1'
    })
  })

  test('takes the port from the first argument before the variable', () => {
    expect(loadConfig(CommonConfig, { PORT: '8080' }, ['7000'])).toEqual({ ...defaults, PORT: 7000 })
  })

  test.each(['true', 'TRUE', 'True'])('takes %s as true', (value) => {
    expect(loadConfig(Settings, { ENABLED: value }, []).ENABLED).toBe(true)
  })

  test.each(['false', 'FALSE', ''])('takes %j as false', (value) => {
    expect(loadConfig(Settings, { ENABLED: value }, []).ENABLED).toBe(false)
  })

  test.each(['::', '::1', '127.0.0.1', '10.1.2.3', 'fe80::1%eth0', 'localhost'])('listens on %s', (host) => {
    expect(loadConfig(CommonConfig, { HOST: host }, []).HOST).toBe(host)
  })

  // A name that ends in a number is no host of a URL, but may well be in /etc/hosts.
  test.each(['::1', '127.1', '0', 'localhost', 'pod-1.svc', 'node.01', 'my.1'])(
    'takes %s as a host to call',
    (host) => {
      const { OTEL_EXPORTER_JAEGER_AGENT_HOST: agent } = loadConfig(
        CommonConfig,
        { OTEL_EXPORTER_JAEGER_AGENT_HOST: host },
        []
      )
      expect(agent).toBe(host)
    }
  )

  test('does not read the environment of the process', () => {
    expect(loadConfig(Type.Object({ PATH: Type.String({ default: 'unset' }) }), {}, [])).toEqual({ PATH: 'unset' })
  })
})

const wrong: [env: NodeJS.ProcessEnv, argv: string[], message: string][] = [
  [{ PORT: 'http' }, [], 'PORT must be an integer from 0 to 65535, got "http"'],
  [{ PORT: '70000' }, [], 'PORT must be an integer from 0 to 65535, got "70000"'],
  [{ PORT: '-1' }, [], 'PORT must be an integer from 0 to 65535, got "-1"'],
  [{ PORT: '80.5' }, [], 'PORT must be an integer from 0 to 65535, got "80.5"'],
  [{ PORT: '8080' }, ['x'], 'PORT must be an integer from 0 to 65535, got "x"'],
  [{}, ['tcp://10.0.0.1:9080'], 'PORT must be an integer from 0 to 65535, got "tcp://10.0.0.1:9080"'],
  [{}, ['9080', 'more'], 'unexpected argument "more"; usage: node main.js [port]'],
  [{ HOST: '10.0.0.300' }, [], 'HOST must be an IP address or localhost, got "10.0.0.300"'],
  [{ HOST: '10.0.0.0.1' }, [], 'HOST must be an IP address or localhost, got "10.0.0.0.1"'],
  [{ HOST: '[::1]' }, [], 'HOST must be an IP address or localhost, got "[::1]"'],
  [{ HOST: 'a:80' }, [], 'HOST must be an IP address or localhost, got "a:80"'],
  [{ LOG_LEVEL: 'loud' }, [], 'LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent, got "loud"'],
  [{ SHUTDOWN_DELAY_MS: '5s' }, [], 'SHUTDOWN_DELAY_MS must be an integer from 0 to 600000, got "5s"'],
  [{ COLOR: 'blue' }, [], 'COLOR must be one of black, red, got "blue"'],
  [{ ENABLED: 'yes' }, [], 'ENABLED must be true or false, got "yes"'],
  [{ ENABLED: '1' }, [], 'ENABLED must be true or false, got "1"'],
  [{ SIZE: '10' }, [], 'SIZE must be an integer from 1 to 9, got "10"'],
  [{ PLACE: 'There' }, [], 'PLACE must be a word in small letters, got "There"'],
  [{ CODE: 'd' }, [], 'CODE must be text that matches ^[a-c]$, got "d"'],
  [{ NOTE: 'too long' }, [], 'NOTE must be text of 0 to 5 characters, got "too long"'],
  [{ PASSWORD: 'correct horse' }, [], 'PASSWORD must be text of 0 to 8 characters, got a value that is not shown']
]

/** What the OpenTelemetry specification asks for: a warning, and the default. */
const shared: [name: keyof typeof defaults, given: string, used: string | number | boolean, told?: string][] = [
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

describe('what is wrong', () => {
  test.each(wrong)('%j %j: %s', (env, argv, message) => {
    expect(() => loadConfig(Settings, env, argv)).toThrow(new ConfigError(message))
  })

  test('names a variable that has to be set', () => {
    expect(() => loadConfig(NeedsUrl, {}, [])).toThrow(
      new ConfigError('URL is not set: it must be text of 1 to any number of characters')
    )
  })
})

describe('a secret in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bookinfo-secret-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const file = (content: string): string => {
    const path = join(folder, 'secret')
    writeFileSync(path, content)
    return path
  }

  test.each([
    ['as it is', 's3cret', 's3cret'],
    ['without the line break at its end', 's3cret\n', 's3cret'],
    ['without that of Windows', 's3cret\r\n', 's3cret'],
    ['with blanks that belong to it', ' s3 t ', ' s3 t ']
  ])('is read %s', (_how, content, password) => {
    expect(loadConfig(Settings, { PASSWORD_FILE: file(content) }, []).PASSWORD).toBe(password)
  })

  test('is checked like any other value, and not shown either', () => {
    const problem = 'PASSWORD must be text of 0 to 8 characters, got a value that is not shown'
    expect(() => loadConfig(Settings, { PASSWORD_FILE: file('much too long') }, [])).toThrow(problem)
  })

  test('that is not there is named', () => {
    const env = { PASSWORD_FILE: join(folder, 'nothing') }
    expect(() => loadConfig(Settings, env, [])).toThrow(
      `PASSWORD_FILE must name a file that can be read, got "${env.PASSWORD_FILE}" (ENOENT)`
    )
  })

  test('beside the same secret in the environment is one too many', () => {
    const env = { PASSWORD: 'a', PASSWORD_FILE: file('b') }
    expect(() => loadConfig(Settings, env, [])).toThrow('PASSWORD and PASSWORD_FILE are both set')
  })

  test('is for secrets alone', () => {
    expect(loadConfig(Settings, { NOTE_FILE: file('note') }, []).NOTE).toBe('')
  })
})

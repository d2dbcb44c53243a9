import { Type } from 'typebox'
import { describe, expect, test } from 'vitest'
import { commonSettings, CommonConfig, ConfigError, loadConfig } from '../src/index.ts'

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

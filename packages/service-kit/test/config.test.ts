import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Type } from 'typebox'
import { afterAll, describe, expect, test } from 'vitest'
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

  // The last two no URL would have, but a name that ends in a number may well stand in /etc/hosts.
  test.each(['::', '::1', '127.0.0.1', '127.1', '0', 'localhost', 'pod-1.svc', 'node.01', 'my.1'])(
    'takes %s as a host',
    (host) => {
      const { HOST, OTEL_EXPORTER_JAEGER_AGENT_HOST: agent } = loadConfig(
        CommonConfig,
        { HOST: host, OTEL_EXPORTER_JAEGER_AGENT_HOST: host },
        []
      )
      expect([HOST, agent]).toEqual([host, host])
    }
  )

  test('does not read the environment of the process', () => {
    expect(loadConfig(Type.Object({ PATH: Type.String({ default: 'unset' }) }), {}, [])).toEqual({ PATH: 'unset' })
  })
})

const wrong: [env: NodeJS.ProcessEnv, argv: string[], message: string][] = [
  [{ PORT: 'http' }, [], 'PORT cannot be "http": allowed is a whole number from 0 to 65535'],
  [{ PORT: '70000' }, [], 'PORT cannot be "70000": allowed is a whole number from 0 to 65535'],
  [{ PORT: '-1' }, [], 'PORT cannot be "-1": allowed is a whole number from 0 to 65535'],
  [{ PORT: '80.5' }, [], 'PORT cannot be "80.5": allowed is a whole number from 0 to 65535'],
  [
    { PORT: 'tcp://10.0.0.1:9080' },
    [],
    'PORT cannot be "tcp://10.0.0.1:9080": allowed is a whole number from 0 to 65535'
  ],
  [{ PORT: '8080' }, ['x'], 'PORT cannot be "x": allowed is a whole number from 0 to 65535'],
  [{}, ['9080', 'more'], 'unexpected argument "more"; usage: node main.js [port]'],
  [{ HOST: '10.0.0.300' }, [], 'HOST cannot be "10.0.0.300": allowed is a host name or address'],
  [{ HOST: '10.0.0.0.1' }, [], 'HOST cannot be "10.0.0.0.1": allowed is a host name or address'],
  [{ HOST: '[::1]' }, [], 'HOST cannot be "[::1]": allowed is a host name or address'],
  [{ HOST: 'a:80' }, [], 'HOST cannot be "a:80": allowed is a host name or address'],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:99999' },
    [],
    'OTEL_EXPORTER_OTLP_ENDPOINT cannot be "http://localhost:99999": allowed is an http:// or https:// address'
  ],
  [
    { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://[zz]:4318' },
    [],
    'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT cannot be "http://[zz]:4318": allowed is an http:// or https:// address'
  ],
  [
    { OTEL_EXPORTER_JAEGER_ENDPOINT: 'localhost:14268' },
    [],
    'OTEL_EXPORTER_JAEGER_ENDPOINT cannot be "localhost:14268": allowed is an http:// or https:// address'
  ],
  [
    { OTEL_EXPORTER_JAEGER_AGENT_HOST: 'no host' },
    [],
    'OTEL_EXPORTER_JAEGER_AGENT_HOST cannot be "no host": allowed is a host name or address'
  ],
  [{ LOG_LEVEL: 'loud' }, [], 'LOG_LEVEL cannot be "loud": allowed are trace, debug, info, warn, error, fatal, silent'],
  [{ SHUTDOWN_DELAY_MS: '5s' }, [], 'SHUTDOWN_DELAY_MS cannot be "5s": allowed is a whole number from 0 to 600000'],
  [{ COLOR: 'blue' }, [], 'COLOR cannot be "blue": allowed are black, red'],
  [{ ENABLED: 'yes' }, [], 'ENABLED cannot be "yes": allowed are true and false'],
  [{ ENABLED: '1' }, [], 'ENABLED cannot be "1": allowed are true and false'],
  [{ SIZE: '10' }, [], 'SIZE cannot be "10": allowed is a whole number from 1 to 9'],
  [{ PLACE: 'There' }, [], 'PLACE cannot be "There": allowed is a word in small letters'],
  [{ CODE: 'd' }, [], 'CODE cannot be "d": allowed is text of the form ^[a-c]$'],
  [{ NOTE: 'too long' }, [], 'NOTE cannot be "too long": allowed is text of 0 to 5 characters'],
  [{ PASSWORD: 'correct horse' }, [], 'PASSWORD cannot be its value (not shown): allowed is text of 0 to 8 characters']
]

describe('what is wrong', () => {
  test.each(wrong)('%j %j: %s', (env, argv, message) => {
    expect(() => loadConfig(Settings, env, argv)).toThrow(new ConfigError(message))
  })

  test('names a variable that has to be set', () => {
    expect(() => loadConfig(NeedsUrl, {}, [])).toThrow(
      new ConfigError('URL is not set: allowed is text of 1 to any number of characters')
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
    const problem = 'PASSWORD cannot be its value (not shown): allowed is text of 0 to 8 characters'
    expect(() => loadConfig(Settings, { PASSWORD_FILE: file('much too long') }, [])).toThrow(problem)
  })

  test('that is not there is named', () => {
    const env = { PASSWORD_FILE: join(folder, 'nothing') }
    expect(() => loadConfig(Settings, env, [])).toThrow(
      `PASSWORD_FILE names a file that cannot be read: "${env.PASSWORD_FILE}" (ENOENT)`
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

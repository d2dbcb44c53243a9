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
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:99999' },
    [],
    'OTEL_EXPORTER_OTLP_ENDPOINT must be an http:// or https:// address, got "http://localhost:99999"'
  ],
  [
    { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://[zz]:4318' },
    [],
    'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT must be an http:// or https:// address, got "http://[zz]:4318"'
  ],
  [
    { OTEL_EXPORTER_JAEGER_ENDPOINT: 'localhost:14268' },
    [],
    'OTEL_EXPORTER_JAEGER_ENDPOINT must be an http:// or https:// address, got "localhost:14268"'
  ],
  [
    { OTEL_EXPORTER_JAEGER_AGENT_HOST: 'no host' },
    [],
    'OTEL_EXPORTER_JAEGER_AGENT_HOST must be a host name or address, got "no host"'
  ],
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

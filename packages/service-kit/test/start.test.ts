import { networkInterfaces } from 'node:os'
import { describe, expect, test } from 'vitest'
import { ask, hang, json, parseOpenMetrics, startTinyServer } from './support/index.ts'
import { spawnService, startService } from './processes/service-process.ts'

async function failsWith(env: Record<string, string>, args: string[] = []) {
  await using service = spawnService({ HOST: '127.0.0.1', PORT: '0', ...env }, args)
  return await service.ended
}

const failure = (stderr: unknown) => ({ code: 1, signal: null, stderr })

describe('a service that cannot start prints one line', () => {
  test('when its port is in use', async () => {
    await using other = await startTinyServer(hang)
    expect(await failsWith({ PORT: String(other.port) })).toEqual(
      failure(
        'fixture: the port is in use by another program: stop that one, or set PORT to another ' +
          `(listen EADDRINUSE: address already in use 127.0.0.1:${other.port})\n`
      )
    )
  })

  test('when the machine lacks the address', async () => {
    expect(await failsWith({ HOST: '192.0.2.1' })).toEqual(
      failure(
        'fixture: this machine has no such address: set HOST to one that it has ' +
          '(listen EADDRNOTAVAIL: address not available 192.0.2.1)\n'
      )
    )
  })

  test('when a setting is wrong', async () => {
    expect(await failsWith({ LOG_LEVEL: 'loud' })).toEqual(
      failure(
        'fixture: LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent, got "loud" (--help lists all settings)\n'
      )
    )
  })

  test('when a secret setting is wrong, without telling it', async () => {
    expect(await failsWith({ PASSWORD: 'hunter2' })).toEqual(
      failure(
        'fixture: PASSWORD must be text of 0 to 4 characters, got a value that is not shown (--help lists all settings)\n'
      )
    )
  })

  test('when its argument is no port', async () => {
    expect(await failsWith({}, ['nine'])).toEqual(
      failure('fixture: PORT must be an integer from 0 to 65535, got "nine" (--help lists all settings)\n')
    )
  })
})

test('--help lists the settings and starts nothing', async () => {
  await using service = spawnService({}, ['--help'])
  expect(await service.output()).toContain('Usage: node main.js [port]')
  expect(await service.ended).toEqual({ code: 0, signal: null, stderr: '' })
})

test("a service logs its port in the original's words", async () => {
  await using service = spawnService({ HOST: '127.0.0.1', PORT: 'not looked at' }, ['0'])
  const { msg } = await service.logged('Server listening on')
  expect(msg).toMatch(/^Server listening on: http:\/\/0\.0\.0\.0:[0-9]+$/)
})

test("a service logs that it ignores a shell's HOST", async () => {
  await using service = spawnService({ HOST: 'x86_64-conda-linux-gnu', PORT: '0' })
  const { level, msg } = await service.logged('HOST must be')
  expect([level, msg]).toEqual([
    'warn',
    'HOST must be an IP address or localhost, got "x86_64-conda-linux-gnu"; "::" is used instead'
  ])
})

const cluster = {
  OTEL_PROPAGATORS: 'tracecontext,solarwinds',
  OTEL_TRACES_SAMPLER: 'parentbased_jaeger_remote',
  OTEL_TRACES_SAMPLER_ARG: 'endpoint=http://a:1',
  OTEL_SDK_DISABLED: '1',
  OTEL_BSP_SCHEDULE_DELAY: '0',
  OTEL_EXPORTER_OTLP_PROTOCOL: 'thrift'
}

test.each([
  ['forward', {}],
  [
    'trace',
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: '127.0.0.1:1',
      OTEL_EXPORTER_OTLP_HEADERS: 'no pair',
      OTEL_EXPORTER_OTLP_TIMEOUT: 'soon',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'brotli',
      OTEL_RESOURCE_ATTRIBUTES: 'no pair'
    }
  ]
])(
  'OTEL_* variables that a cluster sets do not stop a service in %s mode, and it names those it ignores',
  async (_mode, more) => {
    await using service = spawnService({ HOST: '127.0.0.1', PORT: '0', ...cluster, ...more })
    const warnings: string[] = []
    for (let line = await service.logged(''); !line.msg.includes('Server listening'); line = await service.logged('')) {
      if (line.level === 'warn') warnings.push(line.msg)
    }
    for (const name of Object.keys({ ...cluster, ...more })) expect(warnings.join('\n')).toContain(name)
  }
)

test("a service's own default wins over the one that all have", async () => {
  await using service = spawnService({ HOST: '127.0.0.1' })
  const { msg } = await service.logged('Server listening on')
  expect(msg).not.toMatch(/:(9080|0)$/)
})

test('a service listens on IPv4 and IPv6, and has the metrics of its process', async () => {
  await using service = await startService({ HOST: '' })
  const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some(({ family }) => family === 'IPv6')
  )
  for (const host of ['127.0.0.1', ...(hasIpv6 ? ['[::1]'] : [])]) {
    const origin = `http://${host}:${service.port}`
    expect(await ask(origin, '/livez')).toEqual(json(200, { status: 'ok' }))
    const { body } = await ask(origin, '/metrics', { headers: { accept: 'application/openmetrics-text' } })
    expect(parseOpenMetrics(String(body)).get('process_cpu_seconds')?.type).toBe('counter')
    expect((await ask(origin, '/metrics')).body).toContain('process_cpu_seconds_total')
  }
})

import { describe, expect, test } from 'vitest'
import { ask, respond, startTinyServer } from '../support/index.ts'
import { services, sources, startBundle, wholeBuild, type Folder, type ServiceName } from './bundle.ts'

/**
 * Prints at the end of the process the files that Node loaded, and whether Node loaded its own undici. An import of a value from
 * `node:http` loads it, which costs 100 ms of CPU time in Node 24; `require` does not.
 */
const listing = `
  import { registerHooks } from 'node:module'
  const files = []
  registerHooks({
    load(url, context, next) {
      if (url.startsWith('file:')) files.push(url)
      return next(url, context)
    }
  })
  process.on('exit', () => {
    if (process.moduleLoadList.some((name) => name.includes('internal/deps/undici'))) files.push('undici of Node')
    process.stderr.write(JSON.stringify(files))
  })`

/** The files that a service loads until its end, with some requests. */
async function filesLoaded(
  service: ServiceName,
  place: (name: ServiceName) => Promise<Folder>,
  env: Record<string, string> = {}
): Promise<string[]> {
  const hook = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(listing)}` }
  await using running = await startBundle(service, { ...hook, ...env }, place)
  for (const path of ['/health', '/metrics', `/${service}/0`]) await ask(running.origin, path)
  const { stderr } = await running.stop()
  return JSON.parse(stderr)
}

const nameOf = (url: string) => url.slice(url.lastIndexOf('/') + 1)

describe.each(services)('%s loads', (service) => {
  test('only main.js in forward mode', async () => {
    expect((await filesLoaded(service, wholeBuild)).map(nameOf)).toEqual(['main.js'])
  })

  test('telemetry.js in trace mode, and jaeger.cjs for the Jaeger exporter', async () => {
    await using collector = await startTinyServer(respond(200, {}))
    const otlp = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.origin }
    expect((await filesLoaded(service, wholeBuild, otlp)).map(nameOf)).toEqual(['main.js', 'telemetry.js'])
    const jaeger = { OTEL_TRACES_EXPORTER: 'jaeger', OTEL_EXPORTER_JAEGER_ENDPOINT: collector.origin }
    expect((await filesLoaded(service, wholeBuild, jaeger)).map(nameOf)).toEqual([
      'main.js',
      'telemetry.js',
      'jaeger.cjs'
    ])
  })

  test('no OpenTelemetry SDK in forward mode, also from its sources', async () => {
    const files = await filesLoaded(service, sources)
    expect(files.map(nameOf)).toContain('fastify.js')
    // The metrics library asks the API whether there is a span.
    expect(files.filter((url) => /@opentelemetry\/(?!api\/)|jaeger|tracing\/src\/sdk/.test(url))).toEqual([])
  })
})

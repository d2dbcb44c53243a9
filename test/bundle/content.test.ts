import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, readFile } from 'node:fs/promises'
import { isBuiltin, SourceMap } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundledPackages, modulesInBundle } from '@bookinfo/sbom'
import { describe, expect, test } from 'vitest'
import {
  beside,
  builtFile,
  emptyFolder,
  lonelyBundle,
  runNode,
  serviceFile,
  services,
  type ServiceName
} from './bundle.ts'

/** The largest allowed sizes in kilobytes: the size when the limit was set, and a tenth more. */
const budgets: Record<ServiceName, number> = { productpage: 3_170, details: 2_620, reviews: 2_610, ratings: 1_850 }

/** Modules that are named in the bundle but not needed: in generated validators, or loaded within a `try`. */
const harmless = new Set([
  'ajv/dist/runtime/validation_error',
  'ajv-formats/dist/formats',
  'supports-color',
  'pino-pretty',
  'cardinal',
  // Optional packages of MongoDB's library, and a text in it.
  'kerberos',
  '@mongodb-js/zstd',
  '@aws-sdk/credential-providers',
  'gcp-metadata',
  'snappy',
  'socks',
  'mongodb-client-encryption',
  '${namespace}'
])

const rolldown = fileURLToPath(new URL('../../node_modules/rolldown/bin/cli.mjs', import.meta.url))

/** The same for the files beside it: the SDK with its exporters and gRPC, and the Jaeger exporter with Thrift. */
const besideBudgets = { 'telemetry.js': 1_620, 'jaeger.cjs': 830 } as const

describe.each(services)('the bundle of %s', (service) => {
  test('is not too large', async () => {
    const { byteLength } = await readFile(builtFile(service))
    expect(byteLength / 1000).toBeLessThan(budgets[service])
  })

  test.each(['telemetry.js', 'jaeger.cjs'] as const)('is not too large in %s', async (file) => {
    const { byteLength } = await readFile(builtFile(service, file))
    expect(byteLength / 1000).toBeLessThan(besideBudgets[file])
  })

  test('does not contain the path of the build', async () => {
    const repository = fileURLToPath(new URL('../..', import.meta.url))
    expect(await linesWith(service, 'node_modules')).toEqual([])
    expect(await linesWith(service, repository)).toEqual([])
    expect((await sourcesOf(service)).filter((source) => !source.startsWith('../'))).toEqual([])
  })

  test('reads no file at run time that the build can inline', async () => {
    expect(await linesWith(service, 'readFileSync(new URL(')).toEqual([])
  })

  test.each(['main.js', ...beside[service]] as const)('imports only modules of Node in %s', async (file) => {
    const code = await readFile(builtFile(service, file), 'utf8')
    const names = [...code.matchAll(/(?:\b|__)(?:require|import)\("([^"\s]+)"\)|\bfrom "([^"\s]+)"/g)]
    const foreign = names.map(([, asked, from]) => asked ?? from ?? '').filter((name) => !isBuiltin(name))
    expect(foreign.filter((name) => !name.startsWith('./') && !harmless.has(name))).toEqual([])
  })

  test('does not contain the OpenTelemetry SDK in main.js', async () => {
    // The metrics library asks the API for the current span. Without an SDK there is none.
    const parts = (await sourcesOf(service)).filter((source) => /@opentelemetry\/(?!api\/)/.test(source))
    expect(parts).toEqual([])
  })

  test('contains the client for proxies only in details, which calls hosts outside of the suite', async () => {
    const isProxyClient = (source: string) => /undici\/lib\/.*(proxy|socks)/.test(source)
    expect((await sourcesOf(service)).some(isProxyClient)).toBe(service === 'details')
  })

  test.each(['main.js', ...beside[service]] as const)('has the licence texts of %s beside it', async (file) => {
    const notices = await readFile(builtFile(service, `${file}.LICENSES.txt`), 'utf8')
    const titles = [...notices.matchAll(/^=+\n(\S+ \S+): (.+)\n=+$/gm)]
    const inside = bundledPackages(modulesInBundle(builtFile(service, `${file}.map`)))
    expect(titles.map(([, title]) => title)).toEqual(inside.map(({ name, version }) => `${name} ${version}`))
    // What is left out of the bundle is not listed as part of it.
    expect(inside.map(({ name }) => name)).not.toContain('yaml')
    const free = /^(\(?(MIT|ISC|BSD License|BSD-[23]-Clause|Apache-2\.0|0BSD|Unlicense|BlueOak-1\.0\.0)( OR |\)|$))+$/
    expect(titles.filter(([, , licence = '']) => !free.test(licence)).map(([, title]) => title)).toEqual([])
  })

  test('shows in a stack trace what was written', async () => {
    await using folder = await lonelyBundle(service)
    const trouble = 'process.stdout.write = () => { throw new Error("no room") }'
    const args = ['--import', `data:text/javascript,${encodeURIComponent(trouble)}`, 'main.js', '--help']

    const plain = await runNode(folder.path, args)
    expect(plain.code).toBe(1)
    expect(plain.stderr).toMatch(/Error: no room\n.+\n +at run \(.*main\.js:[0-9]+:[0-9]+\)/)

    await copyFile(builtFile(service, 'main.js.map'), join(folder.path, 'main.js.map'))
    const mapped = await runNode(folder.path, ['--enable-source-maps', ...args])
    expect(mapped.stderr).toMatch(/at run \(.*packages\/service-kit\/src\/process\/run\.ts:[0-9]+:[0-9]+\)/)
    expect(mapped.stderr).toMatch(/at .*src\/main\.ts:[0-9]+:[0-9]+/)
  })

  test('has the same bytes when it is built again', async () => {
    await using folder = await emptyFolder()
    const build = spawn(process.execPath, [rolldown, '-c', '../../rolldown.config.ts'], {
      cwd: serviceFile(service),
      env: { ...process.env, DIST: folder.path },
      stdio: 'ignore'
    })
    await once(build, 'exit')
    expect(build.exitCode).toBe(0)
    for (const file of ['main.js', ...beside[service]] as const) {
      const [first, second] = await Promise.all([readFile(builtFile(service, file)), readFile(join(folder.path, file))])
      expect([file, first.equals(second)]).toEqual([file, true])
    }
  })

  test('has the same telemetry.js and jaeger.cjs as every other service', async () => {
    for (const file of ['telemetry.js', 'jaeger.cjs'] as const) {
      const [ours, theirs] = await Promise.all([
        readFile(builtFile(service, file)),
        readFile(builtFile('details', file))
      ])
      expect([file, ours.equals(theirs)]).toEqual([file, true])
    }
  })
})

async function linesWith(service: ServiceName, text: string): Promise<string[]> {
  const lines = (await readFile(builtFile(service), 'utf8')).split('\n')
  return lines.filter((line) => line.includes(text)).map((line) => line.slice(0, 200))
}

async function sourcesOf(service: ServiceName): Promise<string[]> {
  const map = new SourceMap(JSON.parse(await readFile(builtFile(service, 'main.js.map'), 'utf8')))
  return map.payload.sources
}

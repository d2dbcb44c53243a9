import { bundledPackages, noticesFor } from '@bookinfo/sbom'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { defineConfig, type OutputOptions, type Plugin } from 'rolldown'

/** The output folder. A test that builds twice sets another one. */
const dist = process.env['DIST'] ?? 'dist'

const grpcExporter = '@opentelemetry/otlp-grpc-exporter-base'

const common = {
  platform: 'node',
  experimental: { attachDebugInfo: 'none' }
} as const

const output: OutputOptions = {
  sourcemap: true,
  // Lazy imports do not make further files.
  codeSplitting: false,
  // Stack traces stay readable. A minified bundle does not start faster.
  minify: false,
  comments: { legal: true, annotation: false, jsdoc: false },
  plugins: [ascii()]
}

/** Libraries that only some settings need. Each becomes a file beside `main.js`. */
const drivers = existsSync('src/drivers') ? readdirSync('src/drivers').map((file) => file.replace(/\.ts$/, '')) : []
const driverFiles = Object.fromEntries(drivers.map((name) => [`../drivers/${name}.ts`, `./${name}.js`]))

/**
 * Builds the service in the current folder. `main.js` contains the service. `telemetry.js`, which is the same for every service, is
 * for trace mode: inside `main.js` it would make every start a third slower. For the same reason the database libraries of ratings
 * are separate files.
 */
export default defineConfig([
  {
    ...common,
    input: 'src/main.ts',
    plugins: [
      inlineFiles(),
      leaveOut(),
      withoutFetch(),
      keepBeside({ './sdk.ts': './telemetry.js', ...driverFiles }),
      licences()
    ],
    // Only development has it. Without it the log on a terminal is JSON.
    external: ['pino-pretty'],
    // Only details calls hosts outside of the suite. The other services do not need the clients for proxies.
    treeshake: { moduleSideEffects: [{ test: /undici\/lib\/dispatcher\/.*proxy/, sideEffects: false }] },
    output: { ...output, file: `${dist}/main.js`, format: 'esm' }
  },
  {
    ...common,
    input: '../../packages/tracing/src/sdk.ts',
    plugins: [withoutFetch(), keepBeside({ '@opentelemetry/exporter-jaeger': './jaeger.cjs' }), licences()],
    // The ES module loads its gRPC library with `createRequire`, which the bundler cannot follow. The CommonJS file can be bundled.
    resolve: { alias: { [grpcExporter]: fileURLToPath(import.meta.resolve(grpcExporter)).replace(/\.mjs$/, '.cjs') } },
    output: { ...output, file: `${dist}/telemetry.js`, format: 'esm' }
  },
  {
    ...common,
    input: '../../node_modules/@opentelemetry/exporter-jaeger/build/src/index.js',
    plugins: [besideThrift(), licences()],
    // Its Thrift library assigns to read-only properties. In strict mode this throws.
    output: {
      ...output,
      file: `${dist}/jaeger.cjs`,
      format: 'cjs',
      strict: false,
      // Node prints deprecation warnings outside of `node_modules`. This library is no longer maintained.
      banner: 'process.noDeprecation = true;'
    }
  },
  ...drivers.map((name) => ({
    ...common,
    input: `src/drivers/${name}.ts`,
    plugins: [leaveOut(), withoutFetch(), licences()],
    output: { ...output, file: `${dist}/${name}.js`, format: 'esm' as const }
  }))
])

/** Loads some modules at run time from files beside the bundle. */
export function keepBeside(files: Record<string, string>): Plugin {
  return {
    name: 'keep-beside',
    resolveId: (source) => {
      const id = files[source]
      return id === undefined ? null : { id, external: true }
    }
  }
}

/** Copies the interface definitions that the legacy Jaeger exporter reads from its own folder. */
function besideThrift(): Plugin {
  const idl = new URL('node_modules/jaeger-client/dist/src/', import.meta.url)
  const files = ['jaeger-idl/thrift/jaeger.thrift', 'thriftrw-idl/agent.thrift']
  return {
    name: 'beside-thrift',
    buildStart() {
      for (const file of files) {
        this.emitFile({ type: 'asset', fileName: file, source: readFileSync(new URL(file, idl)) })
      }
    }
  }
}

/**
 * Replaces `readFileSync(new URL('…', import.meta.url))` with the bytes of the file, so that the bundle needs no other files. Calls
 * in any other form are not replaced.
 */
export function inlineFiles(): Plugin {
  const read = /\breadFileSync\(new URL\('([^']+)', import\.meta\.url\)\)/g
  return {
    name: 'inline-files',
    transform: {
      filter: { id: { exclude: /node_modules/ }, code: 'readFileSync(new URL(' },
      handler(code, id) {
        const inlined = code.replace(read, (_call, path: string) => {
          const bytes = readFileSync(new URL(path, pathToFileURL(id)))
          return `Buffer.from('${bytes.toString('base64')}', 'base64')`
        })
        // The lines stay the same, so the source map stays right.
        return { code: inlined, map: null }
      }
    }
  }
}

/**
 * Writes characters outside of ASCII as escapes. If a source has one such character, V8 stores all its characters in two bytes each,
 * and a start from the compile cache takes a sixth longer.
 */
function ascii(): Plugin {
  const escape = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  return {
    name: 'ascii',
    // The lines stay the same, so the source map stays right.
    renderChunk: (code) => ({ code: code.replace(/[^\0-\x7f]/g, escape), map: null })
  }
}

/**
 * Keeps Node from loading its own undici (fetch, WebSocket), which costs 100 ms of CPU time and 10 MiB. Node does so when a module
 * imports a value from `node:http`, because that exports `WebSocket`, and when @fastify/compress looks for fetch's `Response`.
 */
export function withoutFetch(): Plugin {
  return {
    name: 'without-fetch',
    resolveId: (source) => (/^(node:)?https?$/.test(source) ? `\0${source}` : null),
    load: {
      filter: { id: /^\0(node:)?https?$/ },
      handler: (id) => ({ code: `module.exports = process.getBuiltinModule('${id.slice(1)}')`, moduleType: 'js' })
    },
    transform: {
      filter: { id: /@fastify\/compress\/lib\/utils\.js$/ },
      handler(code) {
        const isResponse = "Object.prototype.toString.call(obj) === '[object Response]'"
        return { code: code.replace('obj instanceof Response', isResponse), map: null }
      }
    }
  }
}

/** Writes the licence texts of a bundle's packages beside it, for example `main.js.LICENSES.txt`. */
export function licences(): Plugin {
  return {
    name: 'licences',
    generateBundle(_options, outputs) {
      for (const bundle of Object.values(outputs)) {
        if (bundle.type !== 'chunk') continue
        const source = noticesFor(bundledPackages(bundle.moduleIds))
        this.emitFile({ type: 'asset', fileName: `${bundle.fileName}.LICENSES.txt`, source })
      }
    }
  }
}

/**
 * Leaves out unused code: a third of the bundle, and a fifth of the time to start. If code needs a missing part of undici, the build
 * fails; the other modules throw when they are used.
 */
function leaveOut(): Plugin {
  // `yaml` is for @fastify/swagger's YAML output, `light-my-request` for Fastify's `app.inject` in tests, `pg-native` for a native
  // client that must be installed and chosen by a variable.
  const unused = ['yaml', 'light-my-request', 'pg-native']
  const nothing = fileURLToPath(new URL('left-out/', import.meta.url))
  // The entry of undici also loads mocks, caches, fetch and WebSockets. This is the part of it that we use. Its proxy agent calls
  // `connect`. The bundler leaves out the line that sets it if the module only passes on what others export.
  const undici = `import Agent from './lib/dispatcher/agent.js'
    import EnvHttpProxyAgent from './lib/dispatcher/env-http-proxy-agent.js'
    import Dispatcher from './lib/dispatcher/dispatcher.js'
    import connect from './lib/api/api-connect.js'
    import errors from './lib/core/errors.js'
    import buildConnector from './lib/core/connect.js'
    import redirect from './lib/handler/redirect-handler.js'
    Dispatcher.prototype.connect = connect
    export { Agent, buildConnector, EnvHttpProxyAgent, errors }
    export const RedirectHandler = redirect`
  return {
    name: 'leave-out',
    resolveId: (source) => (unused.includes(source) ? { id: nothing + source, moduleSideEffects: false } : null),
    load: {
      filter: { id: [/\/undici\/index\.js$/, /\/left-out\/[a-z-]+$/] },
      handler(id) {
        // Without side effects, the bundler drops undici from services that call no other service.
        const code = id.startsWith(nothing) ? 'module.exports = {}' : undici
        return { code, moduleType: 'js', moduleSideEffects: false }
      }
    }
  }
}

import { bundledPackages, noticesFor } from '@bookinfo/sbom'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { defineConfig, type OutputOptions, type Plugin } from 'rolldown'

/** Elsewhere for the test that builds twice. */
const dist = process.env['DIST'] ?? 'dist'

const grpcExporter = '@opentelemetry/otlp-grpc-exporter-base'

const common = {
  platform: 'node',
  experimental: { attachDebugInfo: 'none' }
} as const

const output: OutputOptions = {
  sourcemap: true,
  // One file, whatever is imported lazily.
  codeSplitting: false,
  // Names and lines stay, for the reader of a stack trace; minified it starts no sooner.
  minify: false,
  comments: { legal: true, annotation: false, jsdoc: false },
  plugins: [ascii()]
}

/** Libraries that a service has for some of its settings alone, each to lie beside its bundle. */
const drivers = existsSync('src/drivers') ? readdirSync('src/drivers').map((file) => file.replace(/\.ts$/, '')) : []
const driverFiles = Object.fromEntries(drivers.map((name) => [`../drivers/${name}.ts`, `./${name}.js`]))

/**
 * Run from a service's folder. `main.js` is the one file that its container image and its virtual machine carry.
 * `telemetry.js` lies beside it for trace mode, the same for every service: in `main.js` it would cost a third of the time to
 * start, for nothing in forward mode. So do the libraries that speak to databases, in ratings.
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
    // For people who develop; without it the log is JSON on terminals too.
    external: ['pino-pretty'],
    // Only details calls the outside. The other services go without the proxy clients, as nothing imports them there.
    treeshake: { moduleSideEffects: [{ test: /undici\/lib\/dispatcher\/.*proxy/, sideEffects: false }] },
    output: { ...output, file: `${dist}/main.js`, format: 'esm' }
  },
  {
    ...common,
    input: '../../packages/tracing/src/sdk.ts',
    plugins: [withoutFetch(), keepBeside({ '@opentelemetry/exporter-jaeger': './jaeger.cjs' }), licences()],
    // As a module it asks for its gRPC library by a `require` of its own making, which no bundler sees through.
    resolve: { alias: { [grpcExporter]: fileURLToPath(import.meta.resolve(grpcExporter)).replace(/\.mjs$/, '.cjs') } },
    output: { ...output, file: `${dist}/telemetry.js`, format: 'esm' }
  },
  {
    ...common,
    input: '../../node_modules/@opentelemetry/exporter-jaeger/build/src/index.js',
    plugins: [besideThrift(), licences()],
    // Its Thrift library assigns to read-only properties, which only sloppy mode forgives.
    output: {
      ...output,
      file: `${dist}/jaeger.cjs`,
      format: 'cjs',
      strict: false,
      // Node spares users its warnings of old ways in `node_modules`, and nobody will mend these any more.
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

/** Leaves some modules out, to be loaded from files beside the bundle when they are needed. */
function keepBeside(files: Record<string, string>): Plugin {
  return {
    name: 'keep-beside',
    resolveId: (source) => {
      const id = files[source]
      return id === undefined ? null : { id, external: true }
    }
  }
}

/** The legacy Jaeger exporter reads its interface definitions from disk, from where it stands itself. */
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
 * Puts the file's bytes in the place of `readFileSync(new URL('…', import.meta.url))`, in this form and no other, so that
 * one file holds them all and the sources still run as they stand.
 */
function inlineFiles(): Plugin {
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
        // No line moves, so the map of the sources still holds.
        return { code: inlined, map: null }
      }
    }
  }
}

/**
 * Writes what is not ASCII as escapes: with a single other character among two million, V8 keeps all of them at two bytes each,
 * and a start from the compile cache takes a sixth longer.
 */
function ascii(): Plugin {
  const escape = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  return {
    name: 'ascii',
    // No line moves, so the map of the sources still holds.
    renderChunk: (code) => ({ code: code.replace(/[^\0-\x7f]/g, escape), map: null })
  }
}

/**
 * Keeps Node from loading its own undici (fetch, WebSocket), which costs 100 ms of CPU time and 10 MiB. Node does so when a module
 * imports a value from `node:http`, because that exports `WebSocket`, and when @fastify/compress looks for fetch's `Response`.
 */
function withoutFetch(): Plugin {
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

/** Writes the licence texts of what is in a bundle beside it, in `main.js.LICENSES.txt`: who ships the one ships both. */
function licences(): Plugin {
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
 * Leaves out what would be loaded and never used: a fifth of the time to start, and a third of the bundle. What is missing
 * does not build (undici), or throws where it would be used (the others).
 */
function leaveOut(): Plugin {
  // @fastify/swagger writes YAML only when asked to; Fastify loads the second for `app.inject`, which is for tests; the third
  // is for those who have it and set a variable.
  const unused = ['yaml', 'light-my-request', 'pg-native']
  const nothing = fileURLToPath(new URL('left-out/', import.meta.url))
  // All of undici is its mocks, caches, fetch and WebSockets too; this is what its own entry does, for our part of it. Its proxy
  // agent calls `connect`.
  const undici = `import Agent from './lib/dispatcher/agent.js'
    import EnvHttpProxyAgent from './lib/dispatcher/env-http-proxy-agent.js'
    import Dispatcher from './lib/dispatcher/dispatcher.js'
    import connect from './lib/api/api-connect.js'
    import errors from './lib/core/errors.js'
    import buildConnector from './lib/core/connect.js'
    import redirect from './lib/interceptor/redirect.js'
    Dispatcher.prototype.connect = connect
    export { Agent, buildConnector, EnvHttpProxyAgent, errors }
    export const interceptors = { redirect }`
  return {
    name: 'leave-out',
    resolveId: (source) => (unused.includes(source) ? { id: nothing + source, moduleSideEffects: false } : null),
    load: {
      filter: { id: [/\/undici\/index\.js$/, /\/left-out\/[a-z-]+$/] },
      handler(id) {
        // Without an effect of its own, undici goes altogether from services that call no other.
        const code = id.startsWith(nothing) ? 'module.exports = {}' : undici
        return { code, moduleType: 'js', moduleSideEffects: false }
      }
    }
  }
}

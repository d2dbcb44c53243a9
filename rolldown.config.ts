import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { defineConfig, type Plugin } from 'rolldown'

/** Run from a service's folder: makes the one file that its container image and its virtual machine carry. */
export default defineConfig({
  input: 'src/main.ts',
  platform: 'node',
  plugins: [inlineFiles(), leaveOut()],
  experimental: { attachDebugInfo: 'none' },
  output: {
    file: 'dist/main.js',
    format: 'esm',
    sourcemap: true,
    // One file, whatever is imported lazily.
    codeSplitting: false,
    // Names and lines stay, for the reader of a stack trace; minified it starts no sooner.
    minify: false,
    comments: { legal: true, annotation: false, jsdoc: false }
  }
})

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
 * Replaces entry files of libraries that load far more than is used here: a fifth of the time to start, and a third of
 * the bundle. What is missing does not build (undici), or throws where it would be used (the others).
 */
function leaveOut(): Plugin {
  const entries: [file: RegExp, code: string][] = [
    // All of undici is its mocks, caches, fetch and WebSockets too; this is what its own entry does, for our part of it.
    [
      /\/undici\/index\.js$/,
      `import Agent from './lib/dispatcher/agent.js'
      import Dispatcher from './lib/dispatcher/dispatcher.js'
      import request from './lib/api/api-request.js'
      import redirect from './lib/interceptor/redirect.js'
      Dispatcher.prototype.request = request
      export { Agent }
      export const interceptors = { redirect }`
    ],
    // @fastify/swagger writes YAML only when asked to.
    [/\/yaml\/dist\/index\.js$/, 'module.exports = {}'],
    // Fastify loads it for `app.inject`, which is for tests.
    [/\/light-my-request\/index\.js$/, 'module.exports = {}']
  ]
  return {
    name: 'leave-out',
    load: {
      filter: { id: entries.map(([file]) => file) },
      handler(id) {
        const entry = entries.find(([file]) => file.test(id))
        // Without an effect of its own, undici goes altogether from services that call no other.
        return entry && { code: entry[1], moduleType: 'js', moduleSideEffects: false }
      }
    }
  }
}

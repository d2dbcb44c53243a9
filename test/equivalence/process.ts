import { createReadStream, existsSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { builtFile, startBundle, wholeBuild } from '../bundle/bundle.ts'
import type { Runtime } from './runtime.ts'

/** The bundle in the Node of this machine. */
export const asProcess: Runtime = {
  name: 'process',
  about: async () => 'the bundle, run by the Node of this machine',
  async missing() {
    return existsSync(new URL('../../services/details/dist/main.js', import.meta.url)) ? undefined : 'npm run build'
  },
  async bytes() {
    let size = 0
    for (const file of ['main.js', 'telemetry.js', 'jaeger.cjs'] as const) {
      await pipeline(createReadStream(builtFile('details', file)), createGzip(), async (compressed) => {
        for await (const part of compressed) size += Buffer.from(part).byteLength
      })
    }
    return size
  },
  async start() {
    const bundle = await startBundle('details', {}, wholeBuild)
    return {
      origin: bundle.origin,
      pids: async () => [bundle.pid],
      stop: async () => void (await bundle.stop()),
      [Symbol.asyncDispose]: () => bundle[Symbol.asyncDispose]()
    }
  }
}

import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import { buffer } from 'node:stream/consumers'
import { createHeld, type Behaviour, type Collector } from './collector.ts'
import { portOf } from './port.ts'
import { readOtlp } from './received-span.ts'

const METHOD = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'

/** The gRPC codes for HTTP statuses: RESOURCE_EXHAUSTED, INTERNAL, UNAVAILABLE. */
const codes = { 429: 8, 500: 13, 503: 14 }
const OK = 0
const UNIMPLEMENTED = 12

/** A collector for OTLP over gRPC. It implements unary calls only. */
export async function startGrpcCollector(behaviour: Behaviour): Promise<Collector> {
  const held = createHeld()
  let now = behaviour
  const server = createServer()
  const sessions = new Set<ServerHttp2Session>()
  // Services end while their connections are open.
  const resetIsFine = () => undefined
  server.on('connection', (socket) => socket.on('error', resetIsFine))
  server.on('session', (session) => {
    session.on('error', resetIsFine)
    sessions.add(session)
  })
  server.on('stream', async (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    collector.requests += 1
    stream.on('error', resetIsFine)
    if (now === 'resets') {
      stream.session?.socket.resetAndDestroy()
      return
    }
    const message = await buffer(stream).catch(() => undefined)
    if (message === undefined || now === 'hangs') return
    const isRight = headers[':path'] === METHOD && headers['content-type'] === 'application/grpc'
    const code = typeof now === 'number' ? codes[now] : isRight ? OK : UNIMPLEMENTED
    if (code === OK) collector.spans.push(...readOtlp(unframed(message), 'protobuf'))
    if (now === 'holds') held.answer(() => answer(stream, code))
    else answer(stream, code)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const collector: Collector = {
    port: portOf(server.address()),
    spans: [],
    requests: 0,
    behave: (next) => void (now = next),
    release: () => held.release(),
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      for (const session of sessions) session.destroy()
      await closed
    }
  }
  return collector
}

/** The content of one uncompressed message, which follows a zero and its length. */
function unframed(bytes: Buffer): Buffer {
  if (bytes[0] !== 0 || bytes.readUInt32BE(1) !== bytes.length - 5) throw new TypeError('this is not one gRPC message')
  return bytes.subarray(5)
}

function answer(stream: ServerHttp2Stream, code: number): void {
  if (stream.destroyed) return
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': String(code) }))
  stream.end(code === OK ? Buffer.alloc(5) : undefined)
}

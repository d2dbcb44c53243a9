import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2'
import { buffer } from 'node:stream/consumers'
import { readSpans, type ReceivedSpan } from './otlp.ts'

/** Receives spans in Jaeger's place: OTLP by HTTP, as services send it, and by gRPC, as sidecars do. */
export function receiveSpans(take: (span: ReceivedSpan) => void): void {
  const takeAll = (request: Buffer) => {
    for (const span of readSpans(request)) take(span)
  }
  createServer((request, response) => void answerHttp(request, response, takeAll)).listen(4318)
  const grpc = createHttp2Server()
  // Pods end while their connections are open.
  grpc.on('session', (session) => session.on('error', () => undefined))
  grpc.on('stream', (stream) => void answerGrpc(stream, takeAll))
  grpc.listen(4317)
}

/** A request that breaks off is not taken, and its sender sends it again or counts it as lost. */
async function answerHttp(request: IncomingMessage, response: ServerResponse, take: (request: Buffer) => void) {
  const body = await buffer(request).catch(() => undefined)
  if (body === undefined) return
  take(body)
  response.setHeader('content-type', 'application/x-protobuf').end()
}

async function answerGrpc(stream: ServerHttp2Stream, take: (request: Buffer) => void) {
  stream.on('error', () => undefined)
  const body = await buffer(stream).catch(() => undefined)
  if (body === undefined) return
  // A message follows a zero, which says that it is not compressed, and its length.
  take(body.subarray(5))
  if (stream.destroyed) return
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
  stream.end(Buffer.alloc(5))
}

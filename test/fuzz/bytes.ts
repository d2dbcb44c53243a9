import * as fc from 'fast-check'
import { connect } from 'node:net'

/** Milliseconds for an answer or the end of the connection. */
const PATIENCE_MS = 20_000

/** Bytes of an answer that are kept. */
const MAX_ANSWER_BYTES = 1024

/** Pieces of HTTP/1.1 requests, and of requests that no client should send. */
const pieces = [
  'GET / HTTP/1.1\r\n',
  'POST /login HTTP/1.1\r\n',
  'GET /details/0 HTTP/1.0\r\n',
  'GET /reviews/0 HTTP/9.9\r\n',
  'get http://h/ratings/0 HTTP/1.1\r\n',
  'OPTIONS * HTTP/1.1\r\n',
  'CONNECT h:1 HTTP/1.1\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'Host: h\r\n',
  'Host: h\r\nHost: i\r\n',
  'Content-Length: 5\r\n',
  'Content-Length: -1\r\n',
  'Content-Length: 99999999999999999999\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding: chunked, identity\r\n',
  'Connection: close\r\n',
  'Connection: upgrade\r\nUpgrade: websocket\r\n',
  'Expect: 100-continue\r\n',
  'Expect: 200-maybe\r\n',
  ': \r\n',
  ' folded\r\n',
  'A\u0000B: c\r\n',
  'X: \u0001\u007f\r\n',
  `X: ${'y'.repeat(70_000)}\r\n`,
  '\r\n',
  '\n',
  'hello',
  '5\r\nhello\r\n0\r\n\r\n',
  'ffffffffffffffff\r\n',
  '0\r\nTrailer: x\r\n\r\n'
]

/** A connection's bytes: pieces in any order, with noise between them. */
export const byteStreams: fc.Arbitrary<Buffer> = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...pieces).map((text) => Buffer.from(text, 'latin1')) },
      fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes))
    ),
    { minLength: 1, maxLength: 10 }
  )
  .map((parts) => Buffer.concat(parts))

/**
 * Sends bytes on a connection of their own, and ends its sending side.
 *
 * @returns the status of the first answer; 0 if the server closed the connection without one; undefined if it did neither in time
 */
export function sendBytes(port: number, bytes: Buffer): Promise<number | undefined> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect({ port, host: '127.0.0.1', timeout: PATIENCE_MS }, () => socket.end(bytes))
    const finish = () => resolve(Number(/^HTTP\/1\.1 ([0-9]{3}) /.exec(answer)?.[1] ?? 0))
    socket.setEncoding('latin1').on('data', (text: string) => {
      if (answer.length < MAX_ANSWER_BYTES) answer += text
    })
    socket.on('timeout', () => {
      socket.destroy()
      resolve(undefined)
    })
    // A server may reset a connection whose bytes it does not want to read.
    socket.on('error', finish).on('close', finish)
  })
}

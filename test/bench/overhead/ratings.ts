import { once } from 'node:events'
import { createServer } from 'node:net'

export interface Ratings extends AsyncDisposable {
  port: number
}

export const stars = { Reviewer1: 5, Reviewer2: 4 }

const body = JSON.stringify({ id: 0, ratings: stars })
const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-service-version: v1\r\ncontent-length: ${body.length}\r\n`
const kept = `${head}\r\n${body}`
const closing = `${head}connection: close\r\n\r\n${body}`
const BACKLOG = 1024

/** A ratings server that costs almost nothing, so that the server under test is the bottleneck. */
export async function startRatings(): Promise<Ratings> {
  const server = createServer({ noDelay: true }, (socket) => {
    let received = ''
    // The server under test may be killed at any time.
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1')
      for (let end = received.indexOf('\r\n\r\n'); end >= 0; end = received.indexOf('\r\n\r\n')) {
        const isLast = received.slice(0, end).includes('\r\nconnection: close')
        received = received.slice(end + 4)
        if (isLast) socket.end(closing, 'latin1')
        else socket.write(kept, 'latin1')
      }
    })
  })
  server.listen(0, '127.0.0.1', BACKLOG)
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    [Symbol.asyncDispose]: async () => void server.close()
  }
}

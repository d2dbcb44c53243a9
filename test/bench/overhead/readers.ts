import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { stars } from './ratings.ts'
import { reviewsBody } from './reviews.ts'

export interface Reading {
  port: number
  /** Each has one connection, with one request at a time. */
  readers: number
  /** Share of the requests whose caller records the trace. */
  sampledShare: number
  /** Whether to stop after this number of requests. */
  enough: (asked: number) => boolean
}

export interface Read {
  answers: number
  /** How many of them have a recorded trace. */
  sampled: number
  seconds: number
}

const expectedBody = reviewsBody('0', stars)

/** Sends requests for reviews as productpage does. A wrong answer is an error. */
export async function read({ port, readers, sampledShare, enough }: Reading): Promise<Read> {
  const sockets = await Promise.all(Array.from({ length: readers }, () => open(port)))
  let asked = 0
  let sampled = 0
  const next = (): string | undefined => {
    if (enough(asked)) return undefined
    asked += 1
    const isSampled = Math.floor(asked * sampledShare) > Math.floor((asked - 1) * sampledShare)
    if (isSampled) sampled += 1
    return requestText(asked, isSampled)
  }
  const start = performance.now()
  await Promise.all(sockets.map((socket) => converse(socket, next)))
  const seconds = (performance.now() - start) / 1000
  for (const socket of sockets) socket.destroy()
  return { answers: asked, sampled, seconds }
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  return socket
}

/** The span id of a request's caller; each request has another. */
export function callerSpanId(number: number): string {
  return number.toString(16).padStart(16, 'c')
}

/** A request with the headers that productpage sends for a signed-in reader. */
function requestText(number: number, sampled: boolean): string {
  return [
    'GET /reviews/0 HTTP/1.1',
    'host: reviews:9080',
    `traceparent: 00-${number.toString(16).padStart(32, 'a')}-${callerSpanId(number)}-${sampled ? '01' : '00'}`,
    `x-request-id: ${number.toString(16).padStart(8, '0')}-3f0f-4f6c-9f5e-2f1d6c1f7a10`,
    'end-user: jason',
    'user-agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    'cookie: session=eyJ1c2VyIjoiamFzb24iLCJ1bnRpbCI6MTc5NTQzMDQwMH0.6Yx0qk0sM2vK3vWv0zv8oQ',
    'accept: application/json',
    '\r\n'
  ].join('\r\n')
}

/** @param next the text of the next request, or undefined after the last */
function converse(socket: Socket, next: () => string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    let received = ''
    const ask = (): void => {
      received = ''
      const text = next()
      if (text === undefined) resolve()
      else socket.write(text, 'latin1')
    }
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1')
      const head = received.indexOf('\r\n\r\n') + 4
      if (head < 4 || received.length < head + expectedBody.length) return
      if (received.startsWith('HTTP/1.1 200 ') && received.endsWith(expectedBody)) ask()
      else reject(new Error(`a wrong answer: ${received}`))
    })
    socket.on('error', reject)
    socket.on('end', () => reject(new Error(`the connection has ended, after ${JSON.stringify(received)}`)))
    ask()
  })
}

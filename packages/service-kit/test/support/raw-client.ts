import { connect, type Socket } from 'node:net'

export interface RawResponse {
  /** Absent where the connection ended without an answer. */
  status: number | undefined
  head: string
  body: string
}

/**
 * Sends bytes that no HTTP client would send, each chunk when the one before is gone, and waits for one whole answer or the
 * end of the connection.
 */
export function askRaw(origin: string, ...chunks: (string | Buffer)[]): Promise<RawResponse> {
  return new Promise((resolve) => {
    let received = ''
    const headOnly = chunks[0]?.toString('latin1').startsWith('HEAD ') ?? false
    const socket = connectTo(origin)
    const finish = () => {
      socket.destroy()
      resolve(read(received, headOnly) ?? { status: undefined, head: received, body: '' })
    }
    socket.on('data', (data) => {
      received += data.toString('latin1')
      if (read(received, headOnly)) finish()
    })
    socket.on('error', finish)
    socket.on('close', finish)
    for (const chunk of chunks) socket.write(typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : chunk)
  })
}

/** A request as it goes over the wire. */
export function message(line: string, { headers = [], body = '' }: { headers?: string[]; body?: string } = {}): string {
  const length = body === '' ? [] : [`Content-Length: ${body.length}`]
  return [`${line} HTTP/1.1`, 'Host: t', ...length, ...headers, '', body].join('\r\n')
}

/** A connection to an origin, for what happens below a request. */
export function connectTo(origin: string): Socket {
  const { hostname, port } = new URL(origin)
  return connect(Number(port), hostname)
}

/** The first final answer in what was received, or undefined while it is not whole. */
function read(received: string, headOnly: boolean): RawResponse | undefined {
  const end = received.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const head = received.slice(0, end)
  const rest = received.slice(end + 4)
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1])
  if (status < 200) return read(rest, headOnly)
  if (headOnly) return { status, head, body: '' }
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  if (length !== undefined) {
    return rest.length < Number(length) ? undefined : { status, head, body: utf8(rest.slice(0, Number(length))) }
  }
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) {
    return rest.endsWith('0\r\n\r\n') ? { status, head, body: utf8(unchunk(rest)) } : undefined
  }
  return { status, head, body: rest }
}

function unchunk(chunks: string): string {
  const [size = '0'] = chunks.split('\r\n', 1)
  const length = parseInt(size, 16)
  const start = size.length + 2
  return length > 0 ? chunks.slice(start, start + length) + unchunk(chunks.slice(start + length + 2)) : ''
}

function utf8(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString()
}

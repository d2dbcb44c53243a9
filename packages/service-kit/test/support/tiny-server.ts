import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'

/** A request as it arrived: names in lower case, in order, repeated ones repeated. */
export interface SeenRequest {
  method: string
  url: string
  headers: [name: string, value: string][]
  /** Tells connections apart. */
  remotePort: number
}

export interface TinyServer extends AsyncDisposable {
  origin: string
  port: number
  seen: SeenRequest[]
  /** Changes what the next requests get. */
  answerWith(handler: RequestListener): void
}

/** A real server in place of an upstream; it remembers what it was asked. */
export async function startTinyServer(handler: RequestListener): Promise<TinyServer> {
  const seen: SeenRequest[] = []
  let answer = handler
  const server = createServer((request, response) => {
    seen.push(describe(request))
    answer(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    seen,
    answerWith: (next) => void (answer = next),
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    }
  }
}

/** Answers with a status and a body: JSON, unless it is text already. */
export function respond(status: number, body: unknown = '', headers: Record<string, string> = {}): RequestListener {
  return (_request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }
}

/** Accepts the request and never answers. */
export const hang: RequestListener = () => {}

function describe({ method = '', url = '', rawHeaders, socket }: IncomingMessage): SeenRequest {
  const headers = rawHeaders.flatMap((name, i): [string, string][] =>
    i % 2 === 0 ? [[name.toLowerCase(), rawHeaders[i + 1] ?? '']] : []
  )
  return { method, url, headers, remotePort: socket.remotePort ?? 0 }
}

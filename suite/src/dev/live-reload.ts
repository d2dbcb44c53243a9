import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import { endToEnd } from '../mesh/attempt.ts'
import { listen } from '../ports.ts'
import { HOST, type Place } from '../topology.ts'

const EVENTS = '/dev-reload/events'
const SCRIPT = '/dev-reload/script.js'
const TAG = `<script src="${SCRIPT}"></script>`

/** A page that lost the connection to `npm run dev` loads itself once that runs again. */
const script = `
let wasOpen = false
const events = new EventSource('${EVENTS}')
events.onopen = () => (wasOpen ? location.reload() : (wasOpen = true))
events.addEventListener('reload', () => location.reload())
`

const ANSWER_MS = 60_000
const MAX_HEADER_BYTES = 64 * 1024
/** Open pages that are told to reload. */
const MAX_PAGES = 100

/** Stands in front of a server with pages, and lets browsers load them again. */
interface LiveReload {
  /** The place on a port of its own: the requests to the port of before come here first. */
  place: Place
  reload(): void
  close(): Promise<void>
}

/**
 * Listens on the port of a place, and passes requests on to another port. Pages for browsers get a script of one line, and the
 * permission to run it. Everything else is passed on as it is.
 */
export async function openLiveReload<P extends Place>(place: P): Promise<LiveReload & { place: P }> {
  const port = await findFreePort()
  const pages = new Set<ServerResponse>()

  function follow(response: ServerResponse): void {
    if (pages.size >= MAX_PAGES) return void response.writeHead(503).end()
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    response.write(': connected\n\n')
    pages.add(response)
    response.on('close', () => pages.delete(response))
  }

  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (incoming, response) => {
    if (incoming.url === EVENTS) return follow(response)
    if (incoming.url === SCRIPT) return void response.writeHead(200, { 'content-type': 'text/javascript' }).end(script)
    passOn(incoming, response, { port, name: place.service })
  })
  await listen(server, place.port)
  return {
    place: { ...place, port, env: { ...place.env, PORT: String(port) } },
    reload() {
      for (const page of pages) page.write('event: reload\ndata:\n\n')
    },
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    }
  }
}

function passOn(incoming: IncomingMessage, response: ServerResponse, to: { port: number; name: string }): void {
  const forBrowser = incoming.headers.accept?.includes('text/html') === true
  // A page that is not compressed can be added to.
  const headers = endToEnd(incoming.rawHeaders).filter(([name]) => !forBrowser || name !== 'accept-encoding')
  const call = request({
    host: HOST,
    port: to.port,
    method: incoming.method,
    path: incoming.url,
    headers: headers.flatMap(([, name = '', value = '']) => [name, value]),
    setHost: false,
    agent: false,
    timeout: ANSWER_MS
  })
  call.on('timeout', () => call.destroy())
  call.on('response', (answer) => {
    const isPage = forBrowser && answer.headers['content-type']?.startsWith('text/html') === true
    const all = endToEnd(answer.rawHeaders).filter(([name]) => !isPage || name !== 'content-length')
    const rawHeaders = all.flatMap(([lower, name = '', value = '']) => [
      name,
      isPage && lower === 'content-security-policy' ? allowScript(value) : value
    ])
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, rawHeaders)
    answer.on('error', () => response.destroy())
    if (isPage) answer.on('end', () => response.end(TAG))
    answer.pipe(response, { end: !isPage })
  })
  call.on('error', () => {
    if (response.headersSent) response.destroy()
    else {
      response.writeHead(503, { 'content-type': forBrowser ? 'text/html' : 'text/plain' })
      response.write(`${to.name} does not answer; the terminal of npm run dev says why.\n${forBrowser ? TAG : ''}`)
      response.end()
    }
  })
  response.on('close', () => call.destroy())
  incoming.pipe(call)
}

/** Adds to a Content-Security-Policy what the script needs. */
function allowScript(policy: string): string {
  const missing = ['script-src', 'connect-src'].filter((name) => !policy.includes(name))
  return [policy, ...missing.map((name) => `${name} 'self'`)].join(';')
}

async function findFreePort(): Promise<number> {
  const server = createServer()
  const port = await listen(server)
  server.close()
  await once(server, 'close')
  return port
}

import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { IncomingMessage } from 'node:http'
import { BadHost, BadPath, BadTarget, ExpectationFailed, UnknownCoding } from './errors.ts'

/**
 * Refuses requests that HTTP/1.1 asks a server to refuse, and that Node and Fastify let pass or answer without any hook.
 * Needs `requireHostHeader: false`, and `readTarget` as Fastify's `rewriteUrl`.
 */
export function checkProtocol(app: FastifyInstance): void {
  // Node would answer an unknown expectation itself, with an empty body.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))

  app.addHook('onRequest', (request, _reply, done) => {
    const { expect, 'transfer-encoding': coding } = request.headers
    if (!hasOneHost(request)) return done(new BadHost())
    // RFC 9110, 10.1.1
    if (expect !== undefined && expect.toLowerCase() !== '100-continue') return done(new ExpectationFailed())
    // RFC 9112, 6.1: Node removes the chunks and hands on what is inside, compressed or not.
    // The parser itself refuses a body whose last coding is another.
    if (coding !== undefined && /,[\t ]*chunked$/i.test(coding)) return done(new UnknownCoding())
    done(badTargets.get(request.raw))
  })
}

const hostForm = String.raw`(?:\[[0-9a-f:.]+\]|[a-z0-9._~!$&'()*+,;=%-]+)(?::[0-9]{0,5})?`
const hostHeaderForm = new RegExp(`^(?:${hostForm})?$`, 'i')

/** RFC 9112, 3.2: one header, which may be empty. HTTP/1.0 may come without one. */
function hasOneHost({ raw }: FastifyRequest): boolean {
  const { rawHeaders, headers, httpVersion } = raw
  let count = 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]
    if (name?.length === 4 && name.toLowerCase() === 'host') count += 1
  }
  if (count === 0) return httpVersion === '1.0'
  return count === 1 && hostHeaderForm.test(headers.host ?? '')
}

const badTargets = new WeakMap<IncomingMessage, Error>()
const absoluteForm = new RegExp(`^https?://(${hostForm})(?=[/?]|$)`, 'i')

/**
 * Makes a path of a request target (RFC 9112, 3.2), for Fastify's `rewriteUrl`. `checkProtocol` refuses a request whose target
 * is malformed.
 */
export function readTarget(request: IncomingMessage): string {
  const { url = '', method } = request
  if (url.startsWith('/')) return isDecodable(url) ? url : refuse(request, new BadPath())
  if (url === '*' && method === 'OPTIONS') return url
  const [origin, host] = absoluteForm.exec(url) ?? []
  if (origin === undefined || host === undefined) return refuse(request, new BadTarget())
  // RFC 9112, 3.2.2: the target counts and not the header.
  if (request.headers.host !== undefined) request.headers.host = host
  const path = url.slice(origin.length)
  request.url = path.startsWith('/') ? path : `/${path}`
  return readTarget(request)
}

/** No route has this path: the request is refused before Fastify looks for more. */
function refuse(request: IncomingMessage, error: Error): string {
  badTargets.set(request, error)
  return '/malformed-request-target'
}

function isDecodable(url: string): boolean {
  if (!url.includes('%')) return true
  try {
    decodeURI(url.split('?', 1)[0] ?? '')
    return true
  } catch {
    return false
  }
}

import { get, type Agent, type IncomingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'

const TIMEOUT_MS = 30_000

export interface Answer {
  /** 0 if there was none in time. */
  status: number
  headers: IncomingHttpHeaders
  body: string
}

/** Sends a GET request, without an agent on a connection of its own. */
export function ask(port: number, path = '/productpage', agent: Agent | false = false): Promise<Answer> {
  return new Promise((resolve) => {
    const none = (error: Error): void => resolve({ status: 0, headers: {}, body: String(error) })
    const options = { host: '127.0.0.1', port, path, agent, timeout: TIMEOUT_MS }
    const request = get(options, (response) => {
      const { statusCode: status = 0, headers } = response
      text(response).then((body) => resolve({ status, headers, body }), none)
    })
    request.on('timeout', () => request.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)))
    request.on('error', none)
  })
}

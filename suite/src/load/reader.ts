import { Agent } from 'undici'

/** Bytes of a page; ours has 15 KiB. */
const MAX_PAGE_BYTES = 4 * 1024 * 1024

/** Connections at once. More requests than these wait, and their wait counts. */
const MAX_CONNECTIONS = 256

/** Milliseconds for which a signed-in reader keeps a session. A service that was restarted may have another key for cookies. */
const SESSION_MS = 30_000

/** What came back for one request. */
export interface Reading {
  /** Why there is no page: a status from 400 on, or an error of the connection. */
  failure?: string
  /** Parts that the page says are unavailable. */
  missing: string[]
  /** The version of reviews on the page. */
  version?: string
}

export interface Reader {
  /** Opens the page. Never throws. */
  read(signedIn: boolean): Promise<Reading>
  close(): Promise<void>
}

/**
 * A reader of one page. Signed in, it is jason, whom the lessons treat differently.
 *
 * @param timeoutMs for each request, its sign-in included
 */
export function createReader(url: URL, timeoutMs: number): Reader {
  const agent = new Agent({ connections: MAX_CONNECTIONS, maxResponseSize: MAX_PAGE_BYTES })
  let session: { cookie: Promise<string>; endMs: number } | undefined

  async function send(to: URL, options: { method: 'GET' | 'POST'; headers?: Record<string, string>; body?: string }) {
    const path = `${to.pathname}${to.search}`
    const { statusCode, headers, body } = await agent.request({
      origin: to.origin,
      path,
      signal: AbortSignal.timeout(timeoutMs),
      ...options
    })
    return { statusCode, headers, text: await body.text() }
  }

  async function signIn(): Promise<string> {
    const { statusCode, headers } = await send(new URL('login', url), {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'username=jason&passwd='
    })
    const cookies = [headers['set-cookie'] ?? []].flat()
    if (statusCode >= 400 || cookies.length === 0)
      throw new Error(`the sign-in got status ${statusCode} and no session`)
    return cookies.map((cookie) => cookie.split(';')[0]).join('; ')
  }

  function currentSession(): Promise<string> {
    if (session === undefined || session.endMs < performance.now()) {
      session = { cookie: signIn(), endMs: performance.now() + SESSION_MS }
      session.cookie.catch(() => (session = undefined))
    }
    return session.cookie
  }

  return {
    async read(signedIn) {
      try {
        const headers = signedIn ? { cookie: await currentSession() } : {}
        const { statusCode, text } = await send(url, { method: 'GET', headers })
        if (statusCode >= 400) return { failure: `status ${statusCode}`, missing: [] }
        const version = />reviews (v\d)</.exec(text)?.[1]
        const missing = [...text.matchAll(/[^<>.]*currently unavailable/g)].map(([sentence]) => sentence.trim())
        return { missing, ...(version !== undefined && { version }) }
      } catch (error) {
        return { failure: explain(error, timeoutMs), missing: [] }
      }
    },
    close: () => agent.close()
  }
}

function explain(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs / 1000} s`
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}

import { Agent } from 'undici'

const TIMEOUT_MS = 30_000
const TITLE = '<title>Simple Bookstore App'
const MISSING = 'are currently unavailable'

export interface EnduranceReader {
  /** Requests that were sent. */
  asked: number
  /** Answers by status. */
  answers: Record<number, number>
  missingParts: number
  /** Answers that are neither a page nor a stated error, and requests without an answer. */
  problems: string[]
  openPage(): Promise<void>
  /** As jason: opens the page, and sends its form. */
  giveStars(): Promise<void>
  close(): Promise<void>
}

/** Opens the page and expects an answer to every request. */
export function createReader(port: number): EnduranceReader {
  const agent = new Agent({ connections: 64 })
  const origin = `http://127.0.0.1:${port}`
  let session: string | undefined

  async function send(path: string, cookie = '', form?: Record<string, string>) {
    reader.asked += 1
    try {
      const { statusCode, headers, body } = await agent.request({
        origin,
        path,
        method: form ? 'POST' : 'GET',
        headers: { cookie, ...(form && { 'content-type': 'application/x-www-form-urlencoded' }) },
        body: form ? new URLSearchParams(form).toString() : null,
        signal: AbortSignal.timeout(TIMEOUT_MS)
      })
      const text = await body.text()
      reader.answers[statusCode] = (reader.answers[statusCode] ?? 0) + 1
      const isPage = text.includes(TITLE)
      if (isPage && text.includes(MISSING)) reader.missingParts += 1
      const isStated = statusCode === 503 && headers['retry-after'] !== undefined
      // A form leads back to the page, or is the page with the reason.
      if (!isStated && !(form ? isPage || statusCode === 303 || statusCode === 302 : isPage && statusCode === 200))
        reader.problems.push(`${path} got ${statusCode}: ${text.slice(0, 200)}`)
      return { headers, text }
    } catch (error) {
      reader.problems.push(`${path} got no answer: ${String(error)}`)
      return { headers: {}, text: '' }
    }
  }

  const reader: EnduranceReader = {
    asked: 0,
    answers: {},
    missingParts: 0,
    problems: [],
    async openPage() {
      await send('/productpage')
    },
    async giveStars() {
      if (session === undefined) {
        const { headers } = await send('/login', '', { username: 'jason', passwd: '' })
        const cookies = 'set-cookie' in headers ? [headers['set-cookie']].flat() : []
        session = cookies.map((cookie) => String(cookie).split(';')[0]).join('; ')
      }
      const page = await send('/productpage', session)
      const added = 'set-cookie' in page.headers ? [page.headers['set-cookie']].flat() : []
      if (added.length > 0) session += `; ${added.map((cookie) => String(cookie).split(';')[0]).join('; ')}`
      const [, token] = /name="token" value="([^"]+)"/.exec(page.text) ?? []
      if (token !== undefined) await send('/api/v1/products/0/stars', session, { token, stars: '4' })
    },
    close: () => agent.close()
  }
  return reader
}

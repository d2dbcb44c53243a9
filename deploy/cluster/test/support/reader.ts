const TIMEOUT_MS = 30_000

export interface Answer {
  status: number
  headers: Headers
  body: string
  tookMs: number
}

/** What a reader sees of the reviews: the colour of their stars, or why there are none. */
export type Stars = 'no stars' | 'black' | 'red' | 'no ratings' | 'no reviews'

/** Somebody who asks for pages at the gateway. */
export interface Reader {
  ask(path: string, headers?: Record<string, string>): Promise<Answer>
  /** Asks for the reviews of the book a number of times, one after the other, and tells what was seen each time. */
  stars(times: number): Promise<Stars[]>
  signIn(user: string): Promise<Reader>
  /** Gives the book stars in the name of the user who has signed in. */
  giveStars(stars: number): Promise<Answer>
}

/** @param gateway its address @param cookie of a session */
export function readerAt(gateway: string, cookie = ''): Reader {
  const send = async (path: string, headers: Record<string, string>, request: RequestInit = {}): Promise<Answer> => {
    const started = performance.now()
    const own = cookie === '' ? {} : { cookie }
    const response = await fetch(`${gateway}${path}`, {
      ...request,
      headers: { ...own, ...headers },
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS)
    })
    const body = await response.text()
    return { status: response.status, headers: response.headers, body, tookMs: performance.now() - started }
  }
  const ask: Reader['ask'] = (path, headers = {}) => send(path, headers)
  return {
    ask,
    giveStars: (stars) =>
      send(
        '/api/v1/products/0/stars',
        { 'content-type': 'application/json' },
        { method: 'POST', body: JSON.stringify({ stars }) }
      ),
    async stars(times) {
      const seen: Stars[] = []
      while (seen.length < times) seen.push(starsIn(await ask('/api/v1/products/0/reviews')))
      return seen
    },
    async signIn(user) {
      const form = new URLSearchParams({ username: user, passwd: 'any' })
      const response = await fetch(`${gateway}/login`, { method: 'POST', body: form, redirect: 'manual' })
      const session = response.headers.getSetCookie().map((each) => each.split(';')[0] ?? '')
      if (response.status !== 302 || session.length === 0) throw new Error(`sign-in was answered ${response.status}`)
      return readerAt(gateway, session.join('; '))
    }
  }
}

/** How often each thing was seen. */
export function count<T extends string>(seen: readonly T[]): Partial<Record<T, number>> {
  const counts: Partial<Record<T, number>> = {}
  for (const each of seen) counts[each] = (counts[each] ?? 0) + 1
  return counts
}

export function starsIn({ status, body }: Answer): Stars {
  if (status !== 200) return 'no reviews'
  const { reviews }: { reviews: { rating?: { color?: string; error?: string } }[] } = JSON.parse(body)
  const rating = reviews[0]?.rating
  if (rating === undefined) return 'no stars'
  if (rating.error !== undefined) return 'no ratings'
  return rating.color === 'red' ? 'red' : 'black'
}

/** The pod that has answered a request for reviews. */
export function podIn({ body }: Answer): string {
  const { podname }: { podname: string } = JSON.parse(body)
  return podname
}

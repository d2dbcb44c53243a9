import { createError, createUpstream, forOutside, type HttpClient, type UpstreamResult } from '@bookinfo/service-kit'
import type { AskForBook, Book, Caller } from './book.ts'
import type { DetailsConfig } from './config.ts'
import { rememberAnswer } from './last-answer.ts'
import { firstBook, Volumes } from './volumes.ts'

/** Milliseconds, redirects included. Productpage gives up after 3 s; this is less, so that it gets the reason. */
export const BOOK_SERVICE_TIMEOUT_MS = 2_500

/** The original asks for this book, for every product. */
const ISBN = '0486424618'

const TOO_MANY_REQUESTS = 429

const GOOGLE_BOOKS = 'www.googleapis.com/books/v1/volumes'

const BookServiceFailed = createError('BOOKINFO_BOOK_SERVICE_FAILED', 'the book service is currently unavailable', 502)
const BookServiceBusy = createError(
  'BOOKINFO_BOOK_SERVICE_BUSY',
  'the book service accepts no more calls at the moment: please try again later',
  503
)
const BookServiceLate = createError('BOOKINFO_BOOK_SERVICE_LATE', 'the book service did not answer in time', 504)

export interface BookServiceDeps {
  url: URL
  dispatcher: HttpClient
  timeoutMs: number
  nowMs: () => number
}

/** The address of the book service's volumes. */
export function bookServiceUrl({ BOOK_SERVICE_URL, DO_NOT_ENCRYPT }: DetailsConfig): URL {
  return new URL(BOOK_SERVICE_URL || `${DO_NOT_ENCRYPT ? 'http' : 'https'}://${GOOGLE_BOOKS}`)
}

/**
 * A client for the external book service. Its calls carry nothing of the caller.
 *
 * @returns a function that throws an error: with status 503 if the service answers 429, 504 if it is late, 502 if it fails
 */
export function createBookService(config: DetailsConfig, deps: BookServiceDeps): AskForBook {
  const { url, dispatcher, timeoutMs, nowMs } = deps
  const upstream = createUpstream({
    name: 'book service',
    origins: [url.origin],
    schema: Volumes,
    timeoutMs,
    dispatcher
  })

  // In a header, as addresses appear in logs and spans: https://cloud.google.com/docs/authentication/api-keys-use
  const key = config.BOOK_SERVICE_API_KEY === '' ? [] : ['x-goog-api-key', config.BOOK_SERVICE_API_KEY]
  const quotaHint = key.length === 0 ? 'set BOOK_SERVICE_API_KEY' : 'the quota of BOOK_SERVICE_API_KEY is used up'

  async function ask({ headers, log }: Caller): Promise<UpstreamResult<Book>> {
    const outside = forOutside(headers, { tellTrace: config.BOOK_SERVICE_TRACE_CONTEXT, own: key })
    const result = inBook(await upstream.get(`${url.pathname}?q=isbn:${ISBN}`, outside))
    if (!result.ok) {
      const { status } = result
      const reason = status === TOO_MANY_REQUESTS ? `${result.reason}: ${quotaHint}` : result.reason
      log.warn({ upstream: upstream.name, status, reason }, 'upstream failed')
    }
    return result
  }

  const ages = { freshMs: config.BOOK_FRESH_SECONDS * 1000, staleMs: config.BOOK_STALE_SECONDS * 1000 }
  const lastBook = rememberAnswer(ask, ages, nowMs)

  return async (caller) => {
    const result = await lastBook(caller)
    if (result.ok) return result.value
    if (result.kind === 'timeout') throw new BookServiceLate()
    throw result.status === TOO_MANY_REQUESTS ? new BookServiceBusy() : new BookServiceFailed()
  }
}

function inBook(result: UpstreamResult<Volumes>): UpstreamResult<Book> {
  if (!result.ok) return result
  const book = firstBook(result.value)
  if (book !== undefined) return { ...result, value: book }
  return { ok: false, kind: 'malformed', status: undefined, reason: 'a book without an author or an ISBN' }
}

import { createError, createUpstream, forOutside, type Dispatcher, type UpstreamResult } from '@bookinfo/service-kit'
import type { AskForBook, Book, Caller } from './book.ts'
import type { DetailsConfig } from './config.ts'
import { rememberAnswer } from './last-answer.ts'
import { firstBook, Volumes } from './volumes.ts'

/** Milliseconds, redirects included: below the 3 s after which productpage gives up, so that it hears why. */
export const BOOK_SERVICE_TIMEOUT_MS = 2_500

/** The original asks for this book, whatever the product. */
const ISBN = '0486424618'

const GOOGLE_BOOKS = 'www.googleapis.com/books/v1/volumes'

const BookServiceFailed = createError('BOOKINFO_BOOK_SERVICE_FAILED', 'the book service is currently unavailable', 502)
const BookServiceLate = createError('BOOKINFO_BOOK_SERVICE_LATE', 'the book service did not answer in time', 504)

export interface BookServiceDeps {
  url: URL
  dispatcher: Dispatcher
  timeoutMs: number
  nowMs: () => number
}

/** Where volumes are looked up. */
export function bookServiceUrl({ BOOK_SERVICE_URL, DO_NOT_ENCRYPT }: DetailsConfig): URL {
  return new URL(BOOK_SERVICE_URL || `${DO_NOT_ENCRYPT ? 'http' : 'https'}://${GOOGLE_BOOKS}`)
}

/**
 * A client for the external book service. What it is asked with tells nothing of the caller.
 *
 * @returns a function that throws an error with status 502 if the service fails or makes no sense, with 504 if it is late
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

  async function ask({ headers, log }: Caller): Promise<UpstreamResult<Book>> {
    const outside = forOutside(headers, { tellTrace: config.BOOK_SERVICE_TRACE_CONTEXT })
    const result = inBook(await upstream.get(`${url.pathname}?q=isbn:${ISBN}`, outside))
    if (!result.ok)
      log.warn({ upstream: upstream.name, status: result.status, reason: result.reason }, 'upstream failed')
    return result
  }

  const ages = { freshMs: config.BOOK_FRESH_SECONDS * 1000, staleMs: config.BOOK_STALE_SECONDS * 1000 }
  const lastBook = rememberAnswer(ask, ages, nowMs)

  return async (caller) => {
    const result = await lastBook(caller)
    if (result.ok) return result.value
    throw result.kind === 'timeout' ? new BookServiceLate() : new BookServiceFailed()
  }
}

function inBook(result: UpstreamResult<Volumes>): UpstreamResult<Book> {
  if (!result.ok) return result
  const book = firstBook(result.value)
  if (book !== undefined) return { ...result, value: book }
  return { ok: false, kind: 'malformed', status: undefined, reason: 'a book without an author or an ISBN' }
}

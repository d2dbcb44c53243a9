import { BookDetails, Ratings, Reviews, type GivenRatings, type ProductId } from '@bookinfo/contracts'
import {
  Counter,
  createUpstream,
  upstreamOrigins,
  withEndUser,
  type FastifyBaseLogger,
  type FastifyRequest,
  type ForwardHeaders,
  type RequestTrace,
  type Server,
  type Upstream,
  type UpstreamOptions,
  type UpstreamResult
} from '@bookinfo/service-kit'
import type { TSchema } from 'typebox'
import type { ProductpageConfig } from './config.ts'

/** Milliseconds for one call, as in the original. The fault-injection lesson depends on this time. */
export const UPSTREAM_TIMEOUT_MS = 3_000

/**
 * Productpage retries reviews once, without a pause. The original calls this a deliberate bug, "for illustration in fault injection
 * task": with a delay in ratings the page fails after twice the timeout.
 */
const REVIEWS_ATTEMPTS = 2

/** A service that productpage calls. */
export interface CalledService {
  name: string
  what: string
  /** The origins from the settings; calls go to them in turn. */
  origins: readonly string[]
}

export function calledServices(config: ProductpageConfig) {
  const { SERVICES_DOMAIN: domain } = config
  const service = (name: string, what: string, hostnames: string, port: number): CalledService => ({
    name,
    what,
    origins: upstreamOrigins({ hostnames, port, domain })
  })
  return {
    details: service('details', 'facts about a book', config.DETAILS_HOSTNAME, config.DETAILS_SERVICE_PORT),
    reviews: service('reviews', 'what readers wrote', config.REVIEWS_HOSTNAME, config.REVIEWS_SERVICE_PORT),
    ratings: service('ratings', 'the stars that they gave', config.RATINGS_HOSTNAME, config.RATINGS_SERVICE_PORT)
  }
}

export type CalledServices = ReturnType<typeof calledServices>
export type CalledName = keyof CalledServices

/** The sentence for people and programs when a service fails. Istio's documentation quotes it. */
export function sorry(what: CalledName): string {
  return `Sorry, product ${what} are currently unavailable for this book.`
}

/**
 * The status for a call's result: that of the service if it is an error (400 to 599), else 502; 500 without a usable answer, as in
 * the original.
 */
export function statusOf(result: UpstreamResult<unknown>): number {
  if (result.ok) return 200
  const { status = 500 } = result
  return status >= 400 && status <= 599 ? status : 502
}

/** The reason of a service that works and refuses, such as "no more places"; undefined if it fails. */
export function refusalIn(result: UpstreamResult<unknown>): string | undefined {
  return !result.ok && result.status !== undefined && refusals.has(result.status) ? result.message : undefined
}

/** Bad request, conflict, content too large. */
const refusals = new Set([400, 409, 413])

/** The request that makes a call. */
export interface Caller {
  headers: ForwardHeaders
  /** The trace of the request, if it is recorded. */
  exemplar: RequestTrace['exemplar']
  log: FastifyBaseLogger
}

/** @param user the signed-in user, who becomes `end-user` in the calls; undefined if nobody is signed in */
export function callerOf({ trace, log }: FastifyRequest, user: string | undefined): Caller {
  return { headers: withEndUser(trace.headers, user), exemplar: trace.exemplar, log }
}

export type Ask<T> = (id: ProductId, caller: Caller) => Promise<UpstreamResult<T>>

export interface Upstreams {
  details: Ask<BookDetails>
  reviews: Ask<Reviews>
  ratings: Ask<Ratings>
  /** Whether ratings accept stars; false if they do not answer. */
  canGiveStars(id: ProductId, caller: Caller): Promise<boolean>
  /** Gives the stars of the caller's `end-user`. Ratings that know `keep` keep those of others. */
  giveRatings(id: ProductId, given: GivenRatings, caller: Caller): Promise<UpstreamResult<Ratings>>
}

export type UpstreamDeps = Pick<UpstreamOptions<TSchema>, 'dispatcher' | 'timeoutMs'>

/** Clients for the three services. `request_result_total` counts the result of each call, with its retry as one. */
export function createUpstreams(services: CalledServices, registry: Server['registry'], deps: UpstreamDeps): Upstreams {
  const results = new Counter<'destination_app' | 'response_code' | 'trace_id' | 'span_id'>({
    name: 'request_result_total',
    help: 'Results of requests',
    labelNames: ['destination_app', 'response_code'],
    enableExemplars: true,
    registers: [registry]
  })

  function count<T>(app: string, result: UpstreamResult<T>, { exemplar }: Caller): void {
    results.inc({
      labels: { destination_app: app, response_code: statusOf(result) },
      ...(exemplar && { exemplarLabels: { ...exemplar } })
    })
  }

  function counted<T>(upstream: Upstream<T>, attempts: number): Ask<T> {
    return async (id, caller) => {
      const result = await ask(upstream, attempts, `/${upstream.name}/${id}`, caller)
      count(upstream.name, result, caller)
      return result
    }
  }

  const { details, reviews } = services
  const ratings = createUpstream({ ...deps, ...services.ratings, schema: Ratings })
  return {
    details: counted(createUpstream({ ...deps, ...details, schema: BookDetails }), 1),
    reviews: counted(createUpstream({ ...deps, ...reviews, schema: Reviews }), REVIEWS_ATTEMPTS),
    ratings: counted(ratings, 1),
    async canGiveStars(id, caller) {
      const result = await ratings.options(`/ratings/${id}`, caller.headers)
      count('ratings', result, caller)
      warnOfFailure(caller.log, 'ratings', result)
      return result.ok && result.value.includes('POST')
    },
    async giveRatings(id, given, caller) {
      const result = await ratings.post(`/ratings/${id}?keep=others`, given, caller.headers)
      count('ratings', result, caller)
      warnOfFailure(caller.log, 'ratings', result)
      return result
    }
  }
}

function warnOfFailure(log: FastifyBaseLogger, upstream: string, result: UpstreamResult<unknown>, more = {}): void {
  if (result.ok) return
  log.warn({ upstream, status: result.status, reason: result.reason, ...more }, 'upstream failed')
}

async function ask<T>(
  upstream: Upstream<T>,
  attempts: number,
  path: string,
  caller: Caller,
  attempt = 1
): Promise<UpstreamResult<T>> {
  const { headers, log } = caller
  const result = await upstream.get(path, headers, attempt)
  if (result.ok) return result
  warnOfFailure(log, upstream.name, result, { attempt, attempts })
  // A retry would not change an answer of the wrong shape.
  if (attempt === attempts || result.kind === 'malformed') return result
  return ask(upstream, attempts, path, caller, attempt + 1)
}

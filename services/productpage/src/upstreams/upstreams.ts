import { BookDetails, Ratings, Reviews, type GivenRatings, type ProductId } from '@bookinfo/contracts'
import {
  Counter,
  createUpstream,
  withEndUser,
  type FastifyRequest,
  type ForwardHeaders,
  type Server,
  type Upstream,
  type UpstreamOptions,
  type UpstreamResult
} from '@bookinfo/service-kit'
import type { TSchema } from 'typebox'
import type { CalledServices } from './called-services.ts'
import { statusOf } from './call-result.ts'

/** Milliseconds for one call, as in the original. The fault-injection lesson depends on this time. */
export const UPSTREAM_TIMEOUT_MS = 3_000

/**
 * Productpage retries reviews once, without a pause. The original calls this a deliberate bug, "for illustration in fault injection
 * task": with a delay in ratings the page fails after twice the timeout.
 */
const REVIEWS_ATTEMPTS = 2

/** The request that makes a call. */
export interface Caller extends Pick<FastifyRequest, 'log' | 'trace'> {
  headers: ForwardHeaders
}

/** @param user the signed-in user, who becomes `end-user` in the calls; undefined if nobody is signed in */
export function callerOf({ trace, log }: FastifyRequest, user: string | undefined): Caller {
  return { headers: withEndUser(trace.headers, user), trace, log }
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

  function count(app: string, result: UpstreamResult<unknown>, { trace: { exemplar } }: Caller): void {
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

  async function countedOnce<T>(method: string, caller: Caller, call: Promise<UpstreamResult<T>>) {
    const result = await call
    count('ratings', result, caller)
    warnOfFailure(caller, 'ratings', result, { method })
    return result
  }

  const { details, reviews } = services
  const ratings = createUpstream({ ...deps, ...services.ratings, schema: Ratings })
  return {
    details: counted(createUpstream({ ...deps, ...details, schema: BookDetails }), 1),
    reviews: counted(createUpstream({ ...deps, ...reviews, schema: Reviews }), REVIEWS_ATTEMPTS),
    ratings: counted(ratings, 1),
    async canGiveStars(id, caller) {
      const result = await countedOnce('OPTIONS', caller, ratings.options(`/ratings/${id}`, caller.headers))
      return result.ok && result.value.includes('POST')
    },
    giveRatings: (id, given, caller) =>
      countedOnce('POST', caller, ratings.post(`/ratings/${id}?keep=others`, given, caller.headers))
  }
}

function warnOfFailure({ log }: Caller, upstream: string, result: UpstreamResult<unknown>, more: object): void {
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
  const result = await upstream.get(path, caller.headers, attempt)
  if (result.ok) return result
  warnOfFailure(caller, upstream.name, result, { method: 'GET', attempt, attempts })
  // A retry would not change an answer of the wrong shape.
  if (attempt === attempts || result.kind === 'malformed') return result
  return ask(upstream, attempts, path, caller, attempt + 1)
}

import { BookDetails, Ratings, Reviews, type GivenRatings, type ProductId } from '@bookinfo/contracts'
import {
  Counter,
  createUpstream,
  type FastifyBaseLogger,
  type Server,
  type Upstream,
  type UpstreamOptions,
  type UpstreamResult
} from '@bookinfo/service-kit'
import type { TSchema } from 'typebox'
import type { CalledServices } from './called-services.ts'
import type { Caller } from './caller.ts'
import { statusOf } from './call-result.ts'

/** Milliseconds for one call, as in the original. The fault-injection lesson depends on this time. */
export const UPSTREAM_TIMEOUT_MS = 3_000

/**
 * Productpage retries reviews once, without a pause. The original calls this a deliberate bug, "for illustration in fault injection
 * task": with a delay in ratings the page fails after twice the timeout.
 */
const REVIEWS_ATTEMPTS = 2

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
      warnOfFailure(caller.log, 'ratings', result, { method: 'OPTIONS' })
      return result.ok && result.value.includes('POST')
    },
    async giveRatings(id, given, caller) {
      const result = await ratings.post(`/ratings/${id}?keep=others`, given, caller.headers)
      count('ratings', result, caller)
      warnOfFailure(caller.log, 'ratings', result, { method: 'POST' })
      return result
    }
  }
}

function warnOfFailure(log: FastifyBaseLogger, upstream: string, result: UpstreamResult<unknown>, more: object): void {
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
  warnOfFailure(log, upstream.name, result, { method: 'GET', attempt, attempts })
  // A retry would not change an answer of the wrong shape.
  if (attempt === attempts || result.kind === 'malformed') return result
  return ask(upstream, attempts, path, caller, attempt + 1)
}

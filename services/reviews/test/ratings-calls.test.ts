import { afterEach, describe, expect, test, vi } from 'vitest'
import { addressOf, ask, hang, refusingPort, respond, startTinyServer } from '@bookinfo/service-kit/testing'
import { noRating, reviews, stars } from './support/answers.ts'
import { reviewsVersions, startReviews } from './support/index.ts'

describe('the time limit for ratings, on which the fault-injection lesson depends', () => {
  afterEach(() => vi.useRealTimers())

  test.each([
    ['black', 10_000],
    ['red', 2_500],
    ['Black', 2_500]
  ])('with %s stars is %i ms', async (color, limitMs) => {
    const called = Promise.withResolvers<void>()
    await using upstream = await startTinyServer(() => called.resolve())
    const env = { ...reviewsVersions.v2, STAR_COLOR: color, ...addressOf('ratings', upstream.port) }
    await using service = await startReviews(env)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    let answered = false
    const answer = ask(service.origin, '/reviews/0').finally(() => (answered = true))
    await called.promise
    await vi.advanceTimersByTimeAsync(limitMs - 100)
    expect(answered).toBe(false)
    await vi.advanceTimersByTimeAsync(100)
    expect(await answer).toEqual(reviews('v2', '0', [noRating, noRating]))
  })
})

describe('the answer of ratings is checked', () => {
  const shown: [ratings: unknown, shown: [unknown, unknown]][] = [
    [{ Reviewer1: 1, Reviewer2: 2 }, stars(1, 2)],
    [{ Reviewer1: 3 }, [{ stars: 3, color: 'black' }, noRating]],
    [{}, [noRating, noRating]],
    [{ Reviewer3: 5 }, [noRating, noRating]],
    // A database without a row says 0.
    [{ Reviewer1: 0, Reviewer2: 0 }, stars(0, 0)],
    // From here on the original showed nonsense or failed.
    [{ Reviewer1: -1, Reviewer2: 5 }, [noRating, noRating]],
    [{ Reviewer1: 10, Reviewer2: 5 }, [noRating, noRating]],
    [{ Reviewer1: 2.9, Reviewer2: 4.1 }, [noRating, noRating]],
    [{ Reviewer1: 99_999_999_999, Reviewer2: 5 }, [noRating, noRating]],
    [{ Reviewer1: '5', Reviewer2: '4' }, [noRating, noRating]],
    [{ Reviewer1: null, Reviewer2: 4 }, [noRating, noRating]],
    [null, [noRating, noRating]],
    [
      [5, 4],
      [noRating, noRating]
    ],
    [5, [noRating, noRating]]
  ]

  test.each(shown)('%j', async (ratings, expected) => {
    await using upstream = await startTinyServer(respond(200, { id: 500, ratings }))
    await using service = await startReviews({ ...reviewsVersions.v2, ...addressOf('ratings', upstream.port) })
    expect(await ask(service.origin, '/reviews/500')).toEqual(reviews('v2', '500', expected))
    expect(upstream.seen).toMatchObject([{ method: 'GET', url: '/ratings/500' }])
  })
})

describe('reviews have an error in place of stars if ratings', () => {
  const unrated = reviews('v2', '0', [noRating, noRating])

  test.each([201, 204, 304, 400, 404, 429, 500, 503, 600, 999])('answer %i, without a retry', async (status) => {
    await using upstream = await startTinyServer(
      respond(status, [204, 304].includes(status) ? '' : { id: 0, ratings: { Reviewer1: 5 } })
    )
    await using service = await startReviews({ ...reviewsVersions.v2, ...addressOf('ratings', upstream.port) })
    expect(await ask(service.origin, '/reviews/0')).toEqual(unrated)
    expect(upstream.seen.length).toBe(1)
  })

  test('refuse connections', async () => {
    await using service = await startReviews({ ...reviewsVersions.v2, ...addressOf('ratings', await refusingPort()) })
    expect(await ask(service.origin, '/reviews/0')).toEqual(unrated)
  })

  test('are late', async () => {
    await using upstream = await startTinyServer(hang)
    const address = addressOf('ratings', upstream.port)
    await using service = await startReviews({ ...reviewsVersions.v2, ...address }, { ratingsTimeoutMs: 100 })
    expect(await ask(service.origin, '/reviews/0')).toEqual(unrated)
    expect(upstream.seen.length).toBe(1)
    expect(service.log.lines).toContainEqual(
      expect.objectContaining({ level: 'warn', upstream: 'ratings', reason: 'no complete answer within 100 ms' })
    )
  })

  test('are not called by v1', async () => {
    await using upstream = await startTinyServer(respond(500))
    await using service = await startReviews({ ...reviewsVersions.v1, ...addressOf('ratings', upstream.port) })
    expect(await ask(service.origin, '/reviews/0')).toEqual(reviews('v1', '0'))
    expect(upstream.seen).toEqual([])
  })
})

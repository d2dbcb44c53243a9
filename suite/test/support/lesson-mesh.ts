import { respond, startTinyServer, type TinyServer } from '@bookinfo/service-kit/testing'
import type { RequestListener } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLab } from '../../src/lab/lab.ts'
import { readLesson } from '../../src/lessons/lesson.ts'
import { endpointOf } from '../../src/mesh/choice.ts'
import { openMesh } from '../../src/mesh/mesh.ts'
import { edgeName } from '../../src/mesh/traffic.ts'
import { changeRatings, type RatingsChoice } from '../../src/ratings-store.ts'
import { placeSuite } from '../../src/topology.ts'

/** The proxies of `npm start --lesson`, in front of servers that answer with nothing but the header of their version. */
export interface LessonMesh extends AsyncDisposable {
  /** Where productpage would reach a service. */
  originOf(service: string): string
  /** What a service was asked, such as `reviews-v3`. */
  seenBy(name: string): TinyServer['seen']
}

/**
 * @param paths of lessons, in the order in which they are applied
 * @param ratings as in `--ratings`; `v-faulty` refuses half of all requests
 */
export async function openLessonMesh(paths: readonly string[], ratings?: RatingsChoice): Promise<LessonMesh> {
  await using opening = new AsyncDisposableStack()
  const places = placeSuite(9080, ratings && { changes: { ratings: changeRatings(ratings, {}) } })
  const lab = createLab({ ratings: 'v1', ratingsVersions: ['v1'], placeRatings: () => undefined })
  const { traffic } = lab
  for (const path of paths) lab.applyLesson(readLesson(path, path, { places, traffic }))

  const originOf = (from: string, to: string) => `http://127.0.0.1:${mesh.ports.get(edgeName({ from, to }))}`
  const servers = new Map<string, TinyServer>()
  for (const { name, service, version } of places) {
    const headers = { 'x-service-version': version }
    const answer = (status: number) => respond(status, {}, headers)
    const afterRatings: RequestListener = (request, response) => {
      // The caller may be gone by then.
      const asked = fetch(`${originOf('reviews', 'ratings')}/ratings/0`).then((rated) => rated.arrayBuffer())
      void asked.finally(() => answer(200)(request, response)).catch(() => undefined)
    }
    const sometimes: RequestListener = (request, response) => answer(Math.random() < 0.5 ? 503 : 200)(request, response)
    const asksRatings = service === 'reviews' && version !== 'v1'
    const handler = version === 'v-faulty' ? sometimes : asksRatings ? afterRatings : answer(200)
    servers.set(name, opening.use(await startTinyServer(handler)))
  }
  const mesh = await openMesh({
    traffic,
    endpointsOf: (wanted) =>
      places
        .filter(({ service }) => service === wanted)
        .map((place) => ({ ...endpointOf(place), port: servers.get(place.name)?.port ?? 0 })),
    reportFault: () => undefined,
    chance: Math.random,
    sleep
  })
  opening.defer(() => mesh.close())
  const opened = opening.move()
  return {
    originOf: (service) => originOf('productpage', service),
    seenBy: (name) => servers.get(name)?.seen ?? [],
    [Symbol.asyncDispose]: () => opened.disposeAsync()
  }
}

import type { Fault, LabState, Split } from '@bookinfo/contracts/lab'
import type { Lesson } from '../lessons/lesson.ts'
import { endpointOf, type Endpoint } from '../mesh/choice.ts'
import type { Labels } from '../mesh/rule.ts'
import { createTraffic, edgeName, edges, type Traffic } from '../mesh/traffic.ts'
import type { RatingsVersion } from '../ratings-store.ts'
import type { SupervisedService } from '../supervisor.ts'
import type { Place } from '../topology.ts'

/** The object of a lesson that says which version of reviews answers. */
const REVIEWS_ROUTE = 'route of reviews'

/** What is set for the services and the traffic between them, and the ways to change it. */
export interface Lab {
  readonly traffic: Traffic
  /** Takes the services once they are starting. */
  take(services: readonly SupervisedService[]): void
  /** Where the services are, once they are starting. */
  places(): Place[] | undefined
  /** The service of this name, such as `reviews-v2`. */
  find(name: string): SupervisedService | undefined
  /** The endpoints of a service that run now. */
  endpointsOf(service: string): Endpoint[]
  state(): Omit<LabState, 'lessonFiles' | 'load'>
  /** The weights with which the versions of reviews answer who matches no rule of their own. */
  shares(): Record<string, number>
  /** Without a delay and an abort, the edge has no fault any more. */
  setFault(fault: Fault): void
  /** Replaces what lessons set for reviews, as another VirtualService would in a cluster. Empty, the versions take turns. */
  setSplit(split: Split): void
  /** Replaces earlier rules for the same services. */
  applyLesson(lesson: Lesson): void
  /** Restarts ratings as another version. */
  setRatings(version: RatingsVersion): Promise<void>
  /** Takes back faults, split and lessons. */
  reset(): void
}

export interface LabOptions {
  ratings: RatingsVersion
  /** What ratings can be. */
  ratingsVersions: readonly RatingsVersion[]
  /** The place of ratings as another version. */
  placeRatings: (version: RatingsVersion) => Place | undefined
}

export function createLab({ ratings, ratingsVersions, placeRatings }: LabOptions): Lab {
  const traffic = createTraffic()
  let services: readonly SupervisedService[] = []
  let ratingsVersion = ratings
  let split: Split = {}
  let lessons: Lesson[] = []

  /** Forgets lessons of which nothing is left. */
  function supersede(objects: readonly string[]): void {
    lessons = lessons.filter((lesson) => lesson.objects.some((object) => !objects.includes(object)))
  }

  return {
    traffic,
    take: (all) => void (services = all),
    places: () => (services.length === 0 ? undefined : services.map(({ place }) => place)),
    find: (name) => services.find(({ place }) => place.name === name),
    endpointsOf: (service) =>
      services
        .filter(({ place, state }) => place.service === service && state === 'running')
        .map(({ place }) => endpointOf(place)),
    state: () => ({
      edges: edges.map((edge) => {
        const fault = traffic.faults.get(edgeName(edge))
        return { ...edge, ...(fault && { fault }) }
      }),
      split,
      services: services.map(({ place, state, how }) => ({
        name: place.name,
        state,
        ...(how !== undefined && { how })
      })),
      ratings: { version: ratingsVersion, versions: [...ratingsVersions] },
      lessons: lessons.map(({ file }) => file)
    }),
    shares() {
      const targets = traffic.rules.get('reviews')?.at(-1)?.targets
      const running = services.filter(({ place, state }) => place.service === 'reviews' && state === 'running')
      const turns = running.map(({ place }) => ({ labels: { version: place.version }, weight: 1 }))
      return Object.fromEntries((targets ?? turns).flatMap(({ labels, weight }) => nameShare(labels, weight)))
    },
    setFault(fault) {
      const isNone = fault.delayMs === undefined && fault.abort === undefined
      if (isNone) traffic.faults.delete(edgeName(fault))
      else traffic.faults.set(edgeName(fault), fault)
    },
    setSplit(wanted) {
      split = wanted
      supersede([REVIEWS_ROUTE])
      const targets = Object.entries(split).map(([version, weight]) => ({ labels: { version }, weight }))
      if (targets.length === 0) traffic.rules.delete('reviews')
      else traffic.rules.set('reviews', [{ matches: [], targets }])
    },
    applyLesson(lesson) {
      supersede(lesson.objects)
      lessons.push(lesson)
      if (lesson.objects.includes(REVIEWS_ROUTE)) split = {}
      copyInto(traffic.rules, lesson.rules)
      copyInto(traffic.balance, lesson.balance)
      copyInto(traffic.subsets, lesson.subsets)
    },
    async setRatings(version) {
      const place = placeRatings(version)
      const service = services.find((each) => each.place.service === 'ratings')
      if (place === undefined || service === undefined) return
      ratingsVersion = version
      await service.restart(place)
    },
    reset() {
      split = {}
      lessons = []
      for (const map of Object.values(traffic)) map.clear()
    }
  }
}

/** A target without a version has no share to expect. */
function nameShare({ version }: Labels, weight: number): [string, number][] {
  return version === undefined ? [] : [[version, weight]]
}

function copyInto<V>(target: Map<string, V>, source: ReadonlyMap<string, V>): void {
  for (const [key, value] of source) target.set(key, value)
}

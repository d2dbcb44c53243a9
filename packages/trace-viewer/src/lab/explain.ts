import type { Fault, LabState, Split } from '@bookinfo/contracts/lab'

/** What is seen of something that is set, and the lesson that does the same in a cluster. */
export interface Explanation {
  text: string
  /** A file below deploy/lessons. */
  lesson?: string
}

/** Milliseconds that productpage waits for each service, and reviews v3 and v2 for ratings. */
const PAGE_WAITS_MS = 3_000
const RED_WAITS_MS = 2_500

export function explain({ edges, split, ratings, lessons }: LabState): Explanation[] {
  return [
    ...edges.flatMap(({ fault }) => (fault ? explainFault(fault) : [])),
    ...explainSplit(split),
    ...explainRatings(ratings.version),
    ...lessons.map((lesson) => ({ text: 'This lesson is applied: its first lines say what to see.', lesson }))
  ]
}

function explainFault(fault: Fault): Explanation {
  const { from, to, delayMs = 0, abort, percent = 100, user } = fault
  const share = percent === 100 ? 'All calls' : `${percent} of 100 calls`
  const reader = user === undefined ? '' : ` for ${user}`
  const delay = delayMs > 0 ? [`wait ${delayMs / 1000} s`] : []
  const what = [...delay, ...(abort === undefined ? [] : [`get ${abort} instead of an answer`])].join(' and then ')
  const lesson = lessonOfFault(fault)
  return { text: `${share} from ${from} to ${to}${reader} ${what}. ${effectOf(fault)}`, ...(lesson && { lesson }) }
}

function effectOf({ from, to, delayMs = 0, abort }: Fault): string {
  const isTooLate = delayMs >= PAGE_WAITS_MS
  if (abort === undefined && delayMs < (to === 'ratings' ? RED_WAITS_MS : PAGE_WAITS_MS))
    return 'Nothing fails, the page only comes later: look for the gap in the trace.'
  if (to === 'details')
    return 'The page says "Error fetching product details", and has the reviews: productpage does not depend on details.'
  if (to === 'reviews')
    return `productpage asks a second time, then the page says "Error fetching product reviews"${isTooLate ? ', after 6 s' : ''}.`
  if (from === 'productpage') return 'Who is signed in cannot give stars; the reviews are as before.'
  if (isTooLate && abort === undefined)
    return (
      'reviews v3 stops waiting after 2.5 s, and the page has no stars. reviews v2 waits 10 s, but productpage only 3 s, ' +
      'twice: the page says "Error fetching product reviews". The caller gives up before the called one.'
    )
  return 'With v2 and v3 the page says "Ratings service is currently unavailable"; v1 asks no ratings.'
}

function lessonOfFault({ to, delayMs, abort, user }: Fault): string | undefined {
  if (to === 'details') return abort === undefined ? undefined : 'faults/details-abort.yaml'
  if (to !== 'ratings') return undefined
  if (delayMs !== undefined) return 'faults/ratings-test-delay.yaml'
  return user === undefined ? 'faults/ratings-half.yaml' : 'faults/ratings-test-abort.yaml'
}

const splitLessons: Readonly<Record<string, string>> = {
  'v1=90 v2=10': 'shifting/reviews-90-10.yaml',
  'v1=80 v2=20': 'shifting/reviews-80-20.yaml',
  'v1=50 v3=50': 'shifting/reviews-50-v3.yaml',
  'v2=50 v3=50': 'shifting/reviews-v2-v3.yaml',
  'v3=100': 'shifting/reviews-v3.yaml'
}

function explainSplit(split: Split): Explanation[] {
  const shares = Object.entries(split).filter(([, percent]) => percent > 0)
  if (shares.length === 0) return []
  const words = shares.map(([version, percent]) => `${version} answers ${percent} of 100 calls to reviews`).join(', ')
  const key = shares
    .map(([version, percent]) => `${version}=${percent}`)
    .toSorted()
    .join(' ')
  const lesson = splitLessons[key] ?? 'shifting/reviews-90-10.yaml'
  const more = key in splitLessons ? '' : ' The lesson does so with other shares.'
  return [{ text: `${words}: no stars are v1, black ones v2, red ones v3.${more}`, lesson }]
}

function explainRatings(version: string): Explanation[] {
  if (!version.startsWith('v-')) return []
  return [
    { text: `ratings ${version} is wrong on purpose; look at its spans.`, lesson: `faults/ratings-${version}.yaml` }
  ]
}

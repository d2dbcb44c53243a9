import type { ReceivedSpan } from './received-span.ts'

/** How a collector answers. */
export type Behaviour =
  /** Accepts the spans. */
  | 'takes'
  /** Accepts the spans, but answers only after `release`. */
  | 'holds'
  /** Reads the request and never answers. */
  | 'hangs'
  /** Resets the connection when the request comes. */
  | 'resets'
  /** Refuses with an HTTP status or the matching gRPC code. */
  | 429
  | 500
  | 503

export interface Collector extends AsyncDisposable {
  port: number
  /** The spans that were accepted so far. */
  spans: ReceivedSpan[]
  /** The number of requests so far, accepted or not. */
  requests: number
  /** Changes how later requests are answered. */
  behave(next: Behaviour): void
  /** Answers the waiting requests, and all later ones at once. */
  release(): void
}

/** Keeps answers back until `release`. */
export interface Held {
  answer(send: () => void): void
  release(): void
}

export function createHeld(): Held {
  let waiting: (() => void)[] | undefined = []
  return {
    answer(send) {
      if (waiting) waiting.push(send)
      else send()
    },
    release() {
      for (const send of waiting ?? []) send()
      waiting = undefined
    }
  }
}

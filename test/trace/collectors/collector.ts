import type { ReceivedSpan } from './received-span.ts'

/** What a collector does with what it is sent. */
export type Behaviour =
  /** Takes it and says so. */
  | 'takes'
  /** The same, but says so only when it is told to. */
  | 'holds'
  /** Accepts the connection and the request, and never answers. */
  | 'hangs'
  /** Accepts the connection, and resets it when the request comes. */
  | 'resets'
  /** Refuses with an HTTP status, or what gRPC has for it. */
  | 429
  | 500
  | 503

export interface Collector extends AsyncDisposable {
  port: number
  /** What it took so far. */
  spans: ReceivedSpan[]
  /** What it was asked so far, taken or not. */
  requests: number
  /** From now on. */
  behave(next: Behaviour): void
  /** Answers what it holds, and holds nothing more. */
  release(): void
}

/** Sends an answer, or keeps it until it is wanted. */
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

import { DatabaseError, untilAborted } from './database.ts'

export interface ConcurrencyBounds {
  /** Uses at the same time. */
  atOnce: number
  /** Uses that may wait. Further ones are refused at once. */
  waiting: number
}

export interface ConcurrencyLimit {
  /** Waits for its turn. @throws DatabaseError `busy` if too many wait already, or the signal's reason */
  enter(signal: AbortSignal): Promise<void>
  /** Ends a use. The longest waiting one begins. */
  leave(): void
}

/** Limits concurrent uses, with a bounded queue, so that one kind of work cannot take all connections. */
export function createConcurrencyLimit({ atOnce, waiting }: ConcurrencyBounds): ConcurrencyLimit {
  const queue: (() => void)[] = []
  let running = 0

  function leave(): void {
    const next = queue.shift()
    if (next) next()
    else running -= 1
  }

  return {
    async enter(signal) {
      if (running < atOnce) {
        running += 1
        return
      }
      if (queue.length >= waiting) throw new DatabaseError('busy', { code: 'too many requests' })
      const { promise, resolve } = Promise.withResolvers<void>()
      queue.push(resolve)
      try {
        await untilAborted(signal, promise)
      } catch (error) {
        const place = queue.indexOf(resolve)
        // The turn may have come just before the signal.
        if (place === -1) leave()
        else queue.splice(place, 1)
        throw error
      }
    },
    leave
  }
}

import { DatabaseError, untilAborted } from './database.ts'

export interface TurnLimits {
  /** How many may work at the same time. */
  atOnce: number
  /** How many more may wait; beyond that a turn is refused at once. */
  waiting: number
}

export interface Turns {
  /** Waits for a turn. @throws DatabaseError `busy` if too many wait already, or the signal's reason */
  enter(signal: AbortSignal): Promise<void>
  /** Ends a turn, and gives it to the one who waits longest. */
  leave(): void
}

/** A queue with a bound, so that work of one kind cannot take every connection from work of another kind. */
export function createTurns({ atOnce, waiting }: TurnLimits): Turns {
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
        // The turn may have come in the same moment as the end of the time.
        if (place === -1) leave()
        else queue.splice(place, 1)
        throw error
      }
    },
    leave
  }
}

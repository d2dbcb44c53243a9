import { sendReaders, type ReadersOptions } from './readers.ts'

/** Readers of a page, whose number in a second can be changed. */
export interface LoadSwitch {
  /** 0 while nobody reads. */
  perSecond(): number
  set(perSecond: number): void
}

/** Nobody reads before `set`, nor after `stop`. Every fifth reader is signed in as jason, whom the lessons treat differently. */
export function createLoadSwitch({
  url,
  stop,
  onReading
}: Pick<ReadersOptions, 'url' | 'stop' | 'onReading'>): LoadSwitch {
  let current = 0
  let off = new AbortController()
  return {
    perSecond: () => current,
    set(perSecond) {
      off.abort()
      off = new AbortController()
      current = perSecond
      if (perSecond === 0) return
      const ends = AbortSignal.any([stop, off.signal])
      void sendReaders({ url, ratePerSecond: perSecond, signedInPercent: 20, timeoutMs: 10_000, stop: ends, onReading })
    }
  }
}

import { stop } from '@bookinfo/cli'

/** Says on a terminal what is measured now. */
export interface Progress {
  /** @throws Stopped after a stop signal */
  step(what: string): void
  /** Clears the line. */
  end(): void
}

/** @param seconds how long all steps take; undefined if that is not known */
export function showProgress(seconds?: number): Progress {
  const { stderr } = process
  const endMs = performance.now() + (seconds ?? NaN) * 1000
  const show = (text: string): void => void (stderr.isTTY && stderr.write(`\r\u001b[K${text}`))
  return {
    step(what) {
      stop.throwIfAborted()
      const left = Math.max(0, Math.round((endMs - performance.now()) / 1000))
      show(seconds === undefined ? what : `about ${left} s left: ${what}`)
    },
    end: () => show('')
  }
}

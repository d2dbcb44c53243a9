import { stop } from '@bookinfo/cli'

/** Seconds that are left, and steps, on the terminal alone. */
export interface Progress {
  /** Says what is measured now. @throws Stopped after a stop signal */
  step(what: string): void
  end(): void
}

/** @param seconds how long all steps take, as was said at the start */
export function showProgress(seconds: number): Progress {
  const { stderr } = process
  const endMs = performance.now() + seconds * 1000
  const show = (text: string): void => void (stderr.isTTY && stderr.write(`\r\u001b[K${text}`))
  return {
    step(what) {
      stop.throwIfAborted()
      show(`about ${Math.max(0, Math.round((endMs - performance.now()) / 1000))} s left: ${what}`)
    },
    end: () => show('')
  }
}

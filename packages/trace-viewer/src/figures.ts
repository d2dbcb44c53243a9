const MS = 1000
const SECOND = 1_000_000

/** A duration for people, in three digits or so. */
export function showDuration(us: number): string {
  if (us < MS) return `${Math.round(us)} µs`
  if (us < SECOND) return `${round(us / MS)} ms`
  if (us < 60 * SECOND) return `${round(us / SECOND)} s`
  return `${Math.floor(us / SECOND / 60)} min ${Math.round((us / SECOND) % 60)} s`
}

/** A time after the start of a trace, or before it: clocks differ between machines. */
export function showOffset(us: number): string {
  return us < 0 ? `−${showDuration(-us)}` : `+${showDuration(us)}`
}

/** How long ago a time was. */
export function showAge(us: number): string {
  const seconds = Math.floor(us / SECOND)
  if (seconds < 1) return 'just now'
  if (seconds < 60) return `${seconds} s ago`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`
  return `${Math.floor(seconds / 86_400)} days ago`
}

/** Seldom things are counted by the minute, so that they do not all become zero. */
export function showRate(perSecond: number): string {
  return perSecond >= 1 ? `${round(perSecond)}/s` : `${round(perSecond * 60)}/min`
}

export function showShare(share: number): string {
  if (share === 0 || share === 1) return `${share * 100} %`
  return share < 0.01 ? '<1 %' : `${Math.round(Math.min(share, 0.99) * 100)} %`
}

export function showCount(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`
}

/** Date and time of day, to the millisecond, in UTC as log lines have it. */
export function showTime(us: number): string {
  return new Date(us / MS).toISOString().slice(0, -1).replace('T', ' ')
}

function round(value: number): string {
  if (value >= 100) return value.toFixed(0)
  return value.toFixed(value >= 10 ? 1 : 2).replace(/\.?0+$/, '')
}

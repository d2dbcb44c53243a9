let second = 0
let text = ''

/** A time as ISO 8601 writes it, to the millisecond. Only the milliseconds differ from most log lines to the next. */
export function isoTime(msSince1970: number): string {
  const ms = msSince1970 % 1000
  if (msSince1970 - ms !== second) {
    second = msSince1970 - ms
    text = new Date(second).toISOString().slice(0, -4)
  }
  return `${text}${String(ms).padStart(3, '0')}Z`
}

const unitsUs: Record<string, number> = {
  ns: 1e-3,
  us: 1,
  µs: 1,
  μs: 1,
  ms: 1e3,
  s: 1e6,
  m: 60e6,
  h: 3_600e6,
  d: 86_400e6,
  w: 604_800e6
}
const part = /([0-9]+(?:\.[0-9]+)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h|d|w)/g

/**
 * Reads a duration as Go writes them ("1.5s", "1h30m"), with days and weeks as Jaeger's pages have them.
 *
 * @returns microseconds, or undefined if it is none
 */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0
  if (text === '' || text.replaceAll(part, '') !== '') return undefined
  let sumUs = 0
  for (const [, count, unit = ''] of text.matchAll(part)) sumUs += Number(count) * (unitsUs[unit] ?? 0)
  return sumUs
}

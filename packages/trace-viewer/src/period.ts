/** Minutes back from now that a page can show; 0 is everything that is kept. */
export const periods = [1, 5, 15, 60, 0] as const

export interface Period {
  startUs: number
  endUs: number
}

/** Reads the field `minutes`. An unknown value counts as absent. */
export function parseMinutes(fields: URLSearchParams, fallback: (typeof periods)[number]): number {
  const text = fields.get('minutes')
  return periods.find((minutes) => String(minutes) === text) ?? fallback
}

/** The last minutes; undefined for everything. */
export function periodOf(minutes: number, nowUs: number): Period | undefined {
  return minutes === 0 ? undefined : { startUs: nowUs - minutes * 60e6, endUs: nowUs }
}

/** Whether something that began then belongs to a period; everything does without one. */
export function isWithin(period: Period | undefined, startUs: number): boolean {
  return period === undefined || (startUs >= period.startUs && startUs <= period.endUs)
}

export function showMinutes(minutes: number): string {
  return minutes === 0 ? 'Everything' : `${minutes} min`
}

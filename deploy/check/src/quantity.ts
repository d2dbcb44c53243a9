import { show, type Json } from './json.ts'

const units: Record<string, number> = { '': 1, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, k: 1e3, M: 1e6, G: 1e9 }

/** An amount of memory, such as `96Mi`, in bytes; NaN if it is none. */
export function bytes(quantity: Json | undefined): number {
  const [, amount, unit = ''] = /^([0-9.]+)([KMG]i|[kMG])?$/.exec(show(quantity)) ?? []
  return Number(amount ?? Number.NaN) * (units[unit] ?? Number.NaN)
}

/** An amount of CPU, such as `500m`, in thousandths; NaN if it is none. */
export function milliCpu(quantity: Json | undefined): number {
  const [, amount, unit] = /^([0-9.]+)(m)?$/.exec(show(quantity)) ?? []
  return Number(amount ?? Number.NaN) * (unit === 'm' ? 1 : 1000)
}

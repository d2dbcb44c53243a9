import { serviceNames } from '@bookinfo/contracts'
import { Percent } from '@bookinfo/contracts/lab'
import { Type, type Static, type TObject, type TProperties } from 'typebox'

/** An object without any other field, as a field that is not known here would be ignored. */
export function strict<P extends TProperties>(
  properties: P,
  options: { minProperties?: number; maxProperties?: number } = {}
): TObject<P> {
  return Type.Object(properties, { ...options, additionalProperties: false })
}

export const ServiceName = Type.Enum(serviceNames)
export const Port = Type.Enum([9080])

export const metadata = strict({ name: Type.String(), namespace: Type.Optional(Type.Enum(['bookinfo'])) })

/** Of the forms of Go the simple ones. */
export const Duration = Type.String({ pattern: '^[0-9]{1,6}([.][0-9]{1,6})?(ms|s|m)$' })

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 }

/** Milliseconds of a `Duration`. */
export function durationMs(text: string): number {
  const [, number, unit = ''] = /^([0-9.]+)(ms|s|m)$/.exec(text) ?? []
  return Number(number) * (unitsMs[unit] ?? 0)
}

/** A regular expression of Istio is RE2's, which JavaScript knows nearly all of. */
const Regex = Type.Refine(Type.String(), isRegex)

function isRegex(text: string): boolean {
  try {
    return Boolean(new RegExp(text))
  } catch {
    return false
  }
}

/** Istio's, of which exactly one field is given. */
export const StringMatch = strict(
  { exact: Type.Optional(Type.String()), prefix: Type.Optional(Type.String()), regex: Type.Optional(Regex) },
  { minProperties: 1, maxProperties: 1 }
)
export type StringMatch = Static<typeof StringMatch>

export const Percentage = strict({ value: Percent })

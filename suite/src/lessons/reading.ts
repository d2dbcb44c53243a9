import type { ServiceName } from '@bookinfo/contracts'
import type { TSchema } from 'typebox'
import { Errors } from 'typebox/value'
import type { Labels, Rule } from '../mesh/rule.ts'
import type { Balance } from '../mesh/traffic.ts'
import { ratingsChoices } from '../ratings-store.ts'

/** What the objects of one file set, as it is gathered, and what in them is refused. */
export interface Reading {
  objects: Set<string>
  rules: Map<string, readonly Rule[]>
  balance: Map<string, Balance>
  subsets: Map<string, ReadonlyMap<string, Labels>>
  refusals: string[]
  /** Whether a service runs that has these labels. */
  runs: (service: string, labels: Labels) => boolean
}

/** Notes all that a schema does not allow, each by its path in the object. */
export function refuseByName(schema: TSchema, object: unknown, { refusals }: Reading): void {
  for (const { keyword, instancePath, message } of Errors(schema, object)) {
    const path = instancePath
      .slice(1)
      .replaceAll(/\/([0-9]+)/g, '[$1]')
      .replaceAll('/', '.')
    if (keyword === 'boolean') refusals.push(`${path} is not supported by npm start`)
    else if (keyword !== 'additionalProperties') refusals.push(`${path} ${message} for npm start`)
  }
}

/** The labels of a subset: those of the lessons, else those of the overlays. */
export function subsetLabels(
  service: ServiceName,
  subset: string | undefined,
  { subsets }: Reading
): Labels | undefined {
  if (subset === undefined) return {}
  const own = subsets.get(service)
  if (own) return own.get(subset)
  return subset === 'vm' || subset === 'container' ? { runtime: subset } : { version: subset }
}

/** Refuses a destination that nothing here answers for: in a cluster its pods would be there. */
export function checkRuns(path: string, service: ServiceName, labels: Labels | undefined, reading: Reading): void {
  if (labels === undefined) {
    reading.refusals.push(`${path} is a subset that no DestinationRule defines`)
  } else if (!reading.runs(service, labels)) {
    const words = Object.values(labels).join(' ')
    const isChoice = service === 'ratings' && ratingsChoices.some((choice) => choice === words)
    const advice = isChoice ? `: choose it on /lab, or start with --ratings ${words}` : ''
    reading.refusals.push(`${path} needs ${service} ${words}, which does not run here${advice}`)
  }
}

/** Sets the rules of a service. Nothing here calls productpage, so rules for it may only say what is so anyway. */
export function setRules(service: ServiceName, rules: readonly Rule[], reading: Reading): void {
  const isPlain = rules.every(
    (rule) => rule.matches.length === 0 && !rule.delay && !rule.abort && !rule.mirrors && !rule.timeoutMs
  )
  if (service === 'productpage' && !isPlain)
    reading.refusals.push('rules for productpage are not supported by npm start: no service calls it')
  reading.objects.add(`route of ${service}`)
  reading.rules.set(service, rules)
}

import { readNumber, refuse } from '@bookinfo/cli'
import { faultBounds, type Fault, type Split } from '@bookinfo/contracts/lab'
import { edges } from '../mesh/traffic.ts'
import { reviewsVersions } from '../topology.ts'

/**
 * Reads `--split`: percentages of versions of reviews, such as `v1=90,v3=10`.
 *
 * @throws Failure saying what is allowed
 */
export function parseSplit(text: string): Split {
  const pairs = text.split(',').map((part) => /^(v[0-9])=([0-9]{1,3})$/.exec(part))
  const split = Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', Number(pair?.[2])]))
  const problem = splitProblem(split)
  if (problem !== undefined || Object.keys(split).length < pairs.length) return refuse('--split', text, splitRule)
  return split
}

const splitRule = `percentages of ${reviewsVersions.join(', ')} that add up to 100, such as v1=90,v3=10`

/** What is wrong with a split; an empty one, with which the versions take turns, is right. */
export function splitProblem(split: Split): string | undefined {
  const isKnown = Object.keys(split).every((version) => reviewsVersions.includes(version))
  const sum = Object.values(split).reduce((total, percent) => total + percent, 0)
  return isKnown && (sum === 100 || Object.keys(split).length === 0) ? undefined : `the split must be ${splitRule}`
}

const calledServices = [...new Set(edges.map(({ to }) => to))]

const faultRule =
  `${calledServices.join(' or ')}, a colon, and delay=7s or abort=503, with percent=50, user=jason or ` +
  'from=reviews if it does not concern every call, such as ratings:delay=7s,user=jason'

/**
 * Reads `--fault`. Without `from` it is a fault for every caller.
 *
 * @throws Failure saying what is allowed
 */
export function parseFault(text: string): Fault[] {
  const [, to, list = ''] = /^([a-z]+):(.+)$/.exec(text) ?? []
  const fault: Omit<Fault, 'from' | 'to'> = {}
  let caller: string | undefined
  for (const part of list.split(',')) {
    const [, key, value = ''] = /^([a-z]+)=(.+)$/.exec(part) ?? []
    if (key === 'delay') fault.delayMs = readDelay(value)
    else if (key === 'abort') fault.abort = readNumber('abort of --fault', value, faultBounds.abort)
    else if (key === 'percent') fault.percent = readNumber('percent of --fault', value, faultBounds.percent)
    else if (key === 'user') fault.user = value
    else if (key === 'from') caller = value
    else return refuse('--fault', text, faultRule)
  }
  const concerned = edges.filter((edge) => edge.to === to && (caller === undefined || edge.from === caller))
  const isEmpty = fault.delayMs === undefined && fault.abort === undefined
  if (concerned.length === 0 || isEmpty) return refuse('--fault', text, faultRule)
  return concerned.map((edge) => ({ ...edge, ...fault }))
}

/** Milliseconds of `7s`, `0.5s` or `500ms`. */
function readDelay(text: string): number {
  const { least, greatest } = faultBounds.delayMs
  const [, number, unit] = /^([0-9]{1,5}(?:\.[0-9]{1,3})?)(s|ms)$/.exec(text) ?? []
  const ms = Math.round(Number(number) * (unit === 's' ? 1000 : 1))
  if (ms >= least && ms <= greatest) return ms
  return refuse('the delay of --fault', text, `from ${least}ms to ${greatest / 1000}s, such as 7s or 500ms`)
}

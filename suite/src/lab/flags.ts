import { Failure, refuse } from '@bookinfo/cli'
import type { Fault, Split } from '@bookinfo/contracts/lab'
import { edges } from '../mesh/traffic.ts'

/** The versions of reviews that run on one machine. */
export const reviewsVersions = ['v1', 'v2', 'v3'] as const

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
  const known: readonly string[] = reviewsVersions
  const isKnown = Object.keys(split).every((version) => known.includes(version))
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
    else if (key === 'abort') fault.abort = readRange('abort', value, [200, 599])
    else if (key === 'percent') fault.percent = readRange('percent', value, [0, 100])
    else if (key === 'user') fault.user = value
    else if (key === 'from') caller = value
    else return refuse('--fault', text, faultRule)
  }
  const concerned = edges.filter((edge) => edge.to === to && (caller === undefined || edge.from === caller))
  const isEmpty = fault.delayMs === undefined && fault.abort === undefined
  if (concerned.length === 0 || isEmpty) return refuse('--fault', text, faultRule)
  return concerned.map((edge) => ({ ...edge, ...fault }))
}

const MAX_DELAY_MS = 60_000

/** Milliseconds of `7s`, `0.5s` or `500ms`. */
function readDelay(text: string): number {
  const [, number, unit] = /^([0-9]{1,5}(?:\.[0-9]{1,3})?)(s|ms)$/.exec(text) ?? []
  const ms = Math.round(Number(number) * (unit === 's' ? 1000 : 1))
  if (ms >= 1 && ms <= MAX_DELAY_MS) return ms
  throw new Failure(`the delay of --fault must be from 1ms to 60s, such as 7s or 500ms, got "${text}"`)
}

function readRange(name: string, text: string, [least, greatest]: readonly [number, number]): number {
  const number = /^[0-9]{1,3}$/.test(text) ? Number(text) : NaN
  if (number >= least && number <= greatest) return number
  throw new Failure(`${name} of --fault must be an integer from ${least} to ${greatest}, got "${text}"`)
}

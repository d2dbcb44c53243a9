import type { ServiceName as Service } from '@bookinfo/contracts'
import { Type, type Static } from 'typebox'
import { Check } from 'typebox/value'
import type { Labels, Match, Mirror, Retries, Rule, Target, TextMatch } from '../mesh/rule.ts'
import { checkRuns, refuseByName, setRules, subsetLabels, type Reading } from './reading.ts'
import { Duration, durationMs, metadata, Percentage, Port, ServiceName, strict, StringMatch } from './schemas.ts'

const Destination = strict({
  host: ServiceName,
  subset: Type.Optional(Type.String()),
  port: Type.Optional(strict({ number: Port }))
})

/** Envoy's conditions that HTTP/1 can meet, and statuses. */
const retryCondition = '(5xx|gateway-error|reset|connect-failure|refused-stream|retriable-4xx|[1-5][0-9]{2})'

const HttpRule = strict({
  name: Type.Optional(Type.String()),
  match: Type.Optional(
    Type.Array(
      strict({
        name: Type.Optional(Type.String()),
        uri: Type.Optional(StringMatch),
        method: Type.Optional(StringMatch),
        headers: Type.Optional(Type.Record(Type.String(), StringMatch)),
        queryParams: Type.Optional(Type.Record(Type.String(), StringMatch))
      })
    )
  ),
  route: Type.Array(
    strict({ destination: Destination, weight: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })) }),
    { minItems: 1 }
  ),
  // Without a percentage Istio injects no fault.
  fault: Type.Optional(
    strict({
      delay: Type.Optional(strict({ percentage: Percentage, fixedDelay: Duration })),
      abort: Type.Optional(strict({ percentage: Percentage, httpStatus: Type.Integer({ minimum: 200, maximum: 599 }) }))
    })
  ),
  timeout: Type.Optional(Duration),
  retries: Type.Optional(
    strict({
      attempts: Type.Integer({ minimum: 0, maximum: 10 }),
      perTryTimeout: Type.Optional(Duration),
      retryOn: Type.Optional(Type.String({ pattern: `^${retryCondition}(, ?${retryCondition})*$` }))
    })
  ),
  mirror: Type.Optional(Destination),
  mirrorPercentage: Type.Optional(Percentage),
  mirrors: Type.Optional(Type.Array(strict({ destination: Destination, percentage: Type.Optional(Percentage) })))
})
type HttpRule = Static<typeof HttpRule>

const VirtualService = strict({
  apiVersion: Type.String(),
  kind: Type.String(),
  metadata,
  spec: strict({ hosts: Type.Array(ServiceName, { minItems: 1 }), http: Type.Array(HttpRule, { minItems: 1 }) })
})

/** Istio's for rules that say nothing of retries: https://istio.io/latest/docs/concepts/traffic-management/#retries */
const defaultConditions = ['connect-failure', 'refused-stream']
const DEFAULT_ATTEMPTS = 2

/** Reads rules: matches, weights, faults, timeouts, retries and mirrors. */
export function readVirtualService(object: unknown, reading: Reading): void {
  if (!Check(VirtualService, object)) return refuseByName(VirtualService, object, reading)
  for (const host of object.spec.hosts)
    setRules(
      host,
      object.spec.http.map((rule, index) => readRule(rule, { host, path: `spec.http[${index}]`, reading })),
      reading
    )
}

interface Place {
  host: Service
  path: string
  reading: Reading
}

function readRule(rule: HttpRule, place: Place): Rule {
  const { match = [], route, fault: { delay, abort } = {}, timeout } = rule
  const timeoutMs = timeout === undefined ? 0 : durationMs(timeout)
  const mirrors = readMirrors(rule, place)
  return {
    matches: match.map(readMatch),
    targets: route.map((_target, index) => readTarget(route, index, place)),
    ...(delay && { delay: { ms: durationMs(delay.fixedDelay), percent: delay.percentage.value } }),
    ...(abort && { abort: { status: abort.httpStatus, percent: abort.percentage.value } }),
    ...(timeoutMs > 0 && { timeoutMs }),
    retries: readRetries(rule.retries),
    ...(mirrors.length > 0 && { mirrors })
  }
}

function readTarget(route: HttpRule['route'], index: number, place: Place): Target {
  const { destination, weight: ownWeight = 0 } = route[index] ?? {}
  const weight = route.length === 1 ? 1 : ownWeight
  return {
    labels: readDestination(destination, weight > 0, { ...place, path: `${place.path}.route[${index}].destination` }),
    weight
  }
}

/** @param isUsed whether any request goes there */
function readDestination(
  destination: Static<typeof Destination> | undefined,
  isUsed: boolean,
  { host, path, reading }: Place
): Labels {
  if (destination && destination.host !== host)
    reading.refusals.push(`${path}.host must be ${host} for npm start, got "${destination.host}"`)
  const labels = subsetLabels(host, destination?.subset, reading)
  if (isUsed) checkRuns(path, host, labels, reading)
  return labels ?? {}
}

function readMirrors({ mirror, mirrorPercentage, mirrors = [] }: HttpRule, place: Place): Mirror[] {
  const all = [...(mirror ? [{ destination: mirror, percentage: mirrorPercentage }] : []), ...mirrors]
  return all.map(({ destination, percentage }) => ({
    labels: readDestination(destination, true, { ...place, path: `${place.path}.mirror` }),
    percent: percentage?.value ?? 100
  }))
}

function readRetries({ attempts, perTryTimeout, retryOn }: Partial<NonNullable<HttpRule['retries']>> = {}): Retries {
  return {
    attempts: attempts ?? DEFAULT_ATTEMPTS,
    on: retryOn?.split(',').map((condition) => condition.trim()) ?? defaultConditions,
    ...(perTryTimeout !== undefined && { perTryTimeoutMs: durationMs(perTryTimeout) })
  }
}

type HttpMatch = NonNullable<HttpRule['match']>[number]

function readMatch({ uri, method, headers = {}, queryParams = {} }: HttpMatch): Match {
  return {
    ...(uri && { path: readText(uri) }),
    ...(method && { method: readText(method) }),
    headers: readTexts(headers),
    query: readTexts(queryParams)
  }
}

function readTexts(matches: Record<string, StringMatch>): Record<string, TextMatch> {
  return Object.fromEntries(Object.entries(matches).map(([name, match]) => [name, readText(match)]))
}

function readText({ exact, prefix, regex = '' }: StringMatch): TextMatch {
  if (exact !== undefined) return { kind: 'exact', value: exact }
  return prefix === undefined ? { kind: 'regex', value: regex } : { kind: 'prefix', value: prefix }
}

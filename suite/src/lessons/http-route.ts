import type { ServiceName as Service } from '@bookinfo/contracts'
import { Type, type Static } from 'typebox'
import { Check } from 'typebox/value'
import type { Labels, Match, Rule, TextMatch } from '../mesh/rule.ts'
import { checkRuns, refuseByName, setRules, type Reading } from './reading.ts'
import { Duration, durationMs, metadata, Port, ServiceName, strict } from './schemas.ts'

const service = {
  group: Type.Optional(Type.Enum([''])),
  kind: Type.Optional(Type.Enum(['Service'])),
  port: Type.Optional(Port)
}
/** A Service of the base, or of one version. */
const backend = { ...service, name: Type.String({ pattern: '^(productpage|details|reviews|ratings)(-v[a-z0-9-]+)?$' }) }

const NamedText = strict({
  type: Type.Optional(Type.Enum(['Exact', 'RegularExpression'])),
  name: Type.String(),
  value: Type.String()
})
type NamedText = Static<typeof NamedText>

const RouteMatch = strict({
  path: Type.Optional(
    strict({ type: Type.Optional(Type.Enum(['Exact', 'PathPrefix'])), value: Type.Optional(Type.String()) })
  ),
  method: Type.Optional(Type.String()),
  headers: Type.Optional(Type.Array(NamedText)),
  queryParams: Type.Optional(Type.Array(NamedText))
})
type RouteMatch = Static<typeof RouteMatch>

const RouteRule = strict({
  name: Type.Optional(Type.String()),
  matches: Type.Optional(Type.Array(RouteMatch)),
  filters: Type.Optional(
    Type.Array(strict({ type: Type.Enum(['RequestMirror']), requestMirror: strict({ backendRef: strict(backend) }) }))
  ),
  backendRefs: Type.Array(strict({ ...backend, weight: Type.Optional(Type.Integer({ minimum: 0 })) }), {
    minItems: 1
  }),
  timeouts: Type.Optional(strict({ request: Type.Optional(Duration), backendRequest: Type.Optional(Duration) }))
})
type RouteRule = Static<typeof RouteRule>

const HttpRoute = strict({
  apiVersion: Type.String(),
  kind: Type.String(),
  metadata,
  spec: strict({
    parentRefs: Type.Array(strict({ ...service, kind: Type.Enum(['Service']), name: ServiceName }), { minItems: 1 }),
    rules: Type.Array(RouteRule, { minItems: 1 })
  })
})

/** Reads the rules of a route between services (https://gateway-api.sigs.k8s.io/mesh/). */
export function readHttpRoute(object: unknown, reading: Reading): void {
  if (!Check(HttpRoute, object)) return refuseByName(HttpRoute, object, reading)
  for (const { name } of object.spec.parentRefs) {
    const rules = object.spec.rules.flatMap((rule, index) =>
      readRules(rule, { host: name, path: `spec.rules[${index}]`, reading })
    )
    setRules(
      name,
      rules.toSorted(bySpecificity).map(({ rule }) => rule),
      reading
    )
  }
}

interface Place {
  host: Service
  path: string
  reading: Reading
}

interface RankedRule {
  /** The longest path first, then the method, then the most headers and query parameters. */
  rank: readonly number[]
  rule: Rule
}

/** A rule for each match, as the most specific match counts, in whatever order they stand. */
function readRules({ matches = [{}], filters = [], backendRefs, timeouts }: RouteRule, place: Place): RankedRule[] {
  const targets = backendRefs.map(({ name, weight = 1 }, index) => ({
    labels: readBackend(name, weight > 0, { ...place, path: `${place.path}.backendRefs[${index}]` }),
    weight
  }))
  const mirrors = filters.map(({ requestMirror: { backendRef } }, index) => ({
    labels: readBackend(backendRef.name, true, { ...place, path: `${place.path}.filters[${index}]` }),
    percent: 100
  }))
  const limits = [timeouts?.request, timeouts?.backendRequest].flatMap((text) => text ?? []).map(durationMs)
  const timeoutMs = Math.min(...limits.filter((ms) => ms > 0))
  return matches.map((match) => ({
    rank: rankOf(match),
    rule: {
      matches: isEverything(match) ? [] : [readMatch(match)],
      targets,
      ...(timeoutMs < Infinity && { timeoutMs }),
      ...(mirrors.length > 0 && { mirrors })
    }
  }))
}

function readBackend(name: string, isUsed: boolean, { host, path, reading }: Place): Labels {
  const [, called = '', version] = /^([a-z]+)(?:-(.+))?$/.exec(name) ?? []
  if (called !== host) reading.refusals.push(`${path}.name must be a version of ${host} for npm start, got "${name}"`)
  const labels: Labels = version === undefined ? {} : { version }
  if (isUsed) checkRuns(path, host, labels, reading)
  return labels
}

function isEverything({ path, method, headers, queryParams }: RouteMatch): boolean {
  return (path?.value ?? '/') === '/' && path?.type !== 'Exact' && !method && !headers?.length && !queryParams?.length
}

function rankOf({ path, method, headers = [], queryParams = [] }: RouteMatch): number[] {
  const { type, value = '/' } = path ?? {}
  return [type === 'Exact' ? 1 : 0, value.length, method === undefined ? 0 : 1, headers.length, queryParams.length]
}

function bySpecificity(one: RankedRule, other: RankedRule): number {
  const differing = one.rank.findIndex((part, index) => part !== other.rank[index])
  return (other.rank[differing] ?? 0) - (one.rank[differing] ?? 0)
}

function readMatch({ path, method, headers = [], queryParams = [] }: RouteMatch): Match {
  return {
    ...(path && { path: readPath(path) }),
    ...(method !== undefined && { method: { kind: 'exact', value: method } }),
    headers: readTexts(headers),
    query: readTexts(queryParams)
  }
}

/** A prefix counts whole segments: `/a` takes `/a/b`, not `/ab`. */
function readPath({ type, value = '/' }: NonNullable<RouteMatch['path']>): TextMatch {
  if (type === 'Exact') return { kind: 'exact', value }
  return { kind: 'segments', value: value.replace(/\/$/, '') }
}

function readTexts(texts: readonly NamedText[]): Record<string, TextMatch> {
  return Object.fromEntries(
    texts.map(({ type, name, value }) => [name, { kind: type === 'RegularExpression' ? 'regex' : 'exact', value }])
  )
}

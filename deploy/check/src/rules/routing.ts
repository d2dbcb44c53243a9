import { at, dictionary, isObject, type Json, list, objectsIn, text, texts } from '../json.ts'
import { type Manifest, selectsByLabels, title } from '../manifest.ts'
import { find, NAMESPACE, ofKind, workloads, type World } from '../world.ts'
import { defineRule, type Rule } from './rule.ts'

/** Hosts and versions in Istio's objects exist. */
export const routingRules: readonly Rule[] = [
  defineRule('mesh-host', 'no host has that name, so the route or rule has no effect', (world) => [
    ...ofKind(world, 'VirtualService').flatMap((route) => [
      ...hostsOf(route)
        .filter((host) => host !== '*' && !isKnownHost(world, host))
        .map((host) => `${title(route)}: there is no host ${host}`),
      ...destinations(route)
        .filter(({ host }) => !isKnownHost(world, host))
        .map(({ host }) => `${title(route)}: there is no host ${host} to route to`)
    ]),
    ...ofKind(world, 'DestinationRule')
      .filter(({ body }) => !isKnownHost(world, text(at(body, 'spec.host'))))
      .map((rule) => `${title(rule)}: there is no host ${text(at(rule.body, 'spec.host'))}`)
  ]),
  defineRule('mesh-destination-port', 'the Service does not have that port, and requests get 503', (world) =>
    ofKind(world, 'VirtualService').flatMap((route) =>
      destinations(route).flatMap(({ host, port }) => {
        const known = portsOf(world, host)
        return port === undefined || known.length === 0 || known.includes(port)
          ? []
          : [`${title(route)}: ${host} has no port ${port}`]
      })
    )
  ),
  defineRule('mesh-subset', 'requests to an unknown subset get 503', (world) =>
    ofKind(world, 'VirtualService').flatMap((route) =>
      destinations(route).flatMap(({ host, subset }) => {
        if (subset === undefined) return []
        const known = subsetsOf(world, host).map(({ name }) => name)
        return known.includes(subset) ? [] : [`${title(route)}: ${host} has no subset ${subset}`]
      })
    )
  ),
  defineRule('mesh-subset-pods', 'requests to a subset without pods get 503', (world) =>
    ofKind(world, 'DestinationRule').flatMap((rule) => {
      const host = text(at(rule.body, 'spec.host'))
      const selector = at(find(world, 'Service', shortName(host))?.body, 'spec.selector')
      return list(at(rule.body, 'spec.subsets'))
        .filter((subset) => {
          const labels = { ...dictionary(selector), ...dictionary(at(subset, 'labels')) }
          return (
            selector !== undefined && !workloads(world).some((workload) => selectsByLabels(labels, workload.labels))
          )
        })
        .map((subset) => `${title(rule)}: no pods are in the subset ${text(at(subset, 'name'))}`)
    })
  ),
  defineRule('mesh-one-rule-per-host', 'with two rules for one host it is undefined which one applies', (world) => {
    const seen = new Map<string, Manifest>()
    return ofKind(world, 'VirtualService', 'DestinationRule').flatMap((manifest) => {
      const gateways = texts(at(manifest.body, 'spec.gateways'))
      const places = gateways.length === 0 ? ['mesh'] : gateways
      const hosts = manifest.kind === 'DestinationRule' ? [text(at(manifest.body, 'spec.host'))] : hostsOf(manifest)
      return hosts.flatMap((host) =>
        places.flatMap((place) => {
          const key = `${manifest.kind} ${shortName(host)} ${place}`
          const first = seen.get(key)
          seen.set(key, manifest)
          return first ? [`${title(manifest)}: ${title(first)} is for ${host}, too`] : []
        })
      )
    })
  }),
  defineRule('mesh-weights', 'the weights do not add up to 100', (world) =>
    ofKind(world, 'VirtualService', 'HTTPRoute').flatMap((route) =>
      [...objectsIn(route.body)].flatMap(({ object }) => {
        const shares = [...list(object['route']), ...list(object['backendRefs'])].map((each) => at(each, 'weight'))
        const sum = shares.reduce<number>((total, share) => total + Number(share ?? 0), 0)
        return shares.length === 1 || shares.every((share) => share === undefined) || sum === 100
          ? []
          : [`${title(route)}: the weights make ${sum}`]
      })
    )
  ),
  defineRule('path-exact', 'a query, a trailing slash or a capital letter bypasses the limit or the policy', (world) =>
    ofKind(world, 'EnvoyFilter', 'AuthorizationPolicy').flatMap((manifest) =>
      exactPaths(manifest).map((path) => `${title(manifest)}: ${path} compares the path letter by letter`)
    )
  ),
  defineRule('mesh-gateway', 'no gateway has that route', (world) =>
    ofKind(world, 'VirtualService').flatMap((route) =>
      texts(at(route.body, 'spec.gateways'))
        .filter((gateway) => gateway !== 'mesh' && !find(world, 'Gateway', gateway))
        .map((gateway) => `${title(route)}: there is no Gateway ${gateway}`)
    )
  ),
  defineRule('mesh-reachable-rule', 'a rule after one without a match is never used', (world) =>
    ofKind(world, 'VirtualService').flatMap((route) => {
      const rules = list(at(route.body, 'spec.http'))
      const open = rules.findIndex((rule) => list(at(rule, 'match')).length === 0)
      return open === -1 || open === rules.length - 1
        ? []
        : [`${title(route)}: rule ${open + 1} leaves nothing to those below`]
    })
  )
]

/** Envoy's `:path` includes the query. Istio's `exact` and `paths` ignore the query, but miss variants such as `/x/`. */
function exactPaths({ kind, body }: Manifest): string[] {
  const denies = kind === 'AuthorizationPolicy' && at(body, 'spec.action') === 'DENY'
  return [...objectsIn(body)].flatMap(({ object, path }) => {
    const matchers = [at(object, 'exact_match'), at(object, 'string_match.exact'), at(object, 'string_match.prefix')]
    const wholePath = object['header_name'] === ':path'
    const exactPath = object['name'] === ':path' && matchers.some((matcher) => matcher !== undefined)
    const denied = denies && texts(object['paths']).some((each) => !each.endsWith('*'))
    return wholePath || exactPath || denied ? [path] : []
  })
}

interface Destination {
  host: string
  subset: string | undefined
  port: number | undefined
}

function destinations(route: Manifest): Destination[] {
  return [...objectsIn(route.body)].flatMap(({ object }) =>
    [object['destination'], object['mirror']].filter(isObject).map((destination) => ({
      host: text(at(destination, 'host')),
      subset: at(destination, 'subset') === undefined ? undefined : text(at(destination, 'subset')),
      port: at(destination, 'port.number') === undefined ? undefined : Number(at(destination, 'port.number'))
    }))
  )
}

function hostsOf(route: Manifest): string[] {
  return texts(at(route.body, 'spec.hosts'))
}

/** `details` for `details` and `details.bookinfo.svc.cluster.local`. */
export function shortName(host: string): string {
  const [name = '', namespace, ...rest] = host.split('.')
  return namespace === NAMESPACE && (rest.length === 0 || rest.join('.') === 'svc.cluster.local') ? name : host
}

export function isKnownHost(world: World, host: string): boolean {
  const outside = ofKind(world, 'ServiceEntry').flatMap(({ body }) => texts(at(body, 'spec.hosts')))
  return outside.includes(host) || find(world, 'Service', shortName(host)) !== undefined
}

export function portsOf(world: World, host: string): number[] {
  const entries = ofKind(world, 'ServiceEntry').filter(({ body }) => texts(at(body, 'spec.hosts')).includes(host))
  const service = find(world, 'Service', shortName(host))
  return [...entries, ...(service ? [service] : [])].flatMap(({ body }) =>
    list(at(body, 'spec.ports')).map((port) => Number(at(port, 'port') ?? at(port, 'number')))
  )
}

function subsetsOf(world: World, host: string): { name: string; labels: Json | undefined }[] {
  return ofKind(world, 'DestinationRule')
    .filter(({ body }) => shortName(text(at(body, 'spec.host'))) === shortName(host))
    .flatMap(({ body }) => list(at(body, 'spec.subsets')))
    .map((subset) => ({ name: text(at(subset, 'name')), labels: at(subset, 'labels') }))
}

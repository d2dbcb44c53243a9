import { at, type Json, list, objectsIn, show, text } from '../json.ts'
import { type Manifest, selects, title } from '../manifest.ts'
import { find, ofKind, workloads, type World } from '../world.ts'
import { defineRule, type Rule } from './rule.ts'

/** Routes of all kinds, and scrapes. */
export const entryRules: readonly Rule[] = [
  defineRule('backend', 'requests from outside get 503', (world) => [
    ...ofKind(world, 'Ingress').flatMap((ingress) =>
      [...objectsIn(ingress.body)].flatMap(({ object }) =>
        'service' in object ? atService(world, ingress, at(object, 'service.name'), at(object, 'service.port')) : []
      )
    ),
    ...ofKind(world, 'HTTPRoute').flatMap((route) =>
      [...objectsIn(route.body)].flatMap(({ object }) =>
        [...list(object['backendRefs']), ...(object['backendRef'] === undefined ? [] : [object['backendRef']])].flatMap(
          (backend) => atService(world, route, at(backend, 'name'), { number: at(backend, 'port') ?? null })
        )
      )
    ),
    ...ofKind(world, 'Route').flatMap((route) => {
      const name = text(at(route.body, 'spec.to.name'))
      // Istio creates a Service for each Gateway.
      const made = ofKind(world, 'Gateway').map(
        (gateway) => `${gateway.name}-${text(at(gateway.body, 'spec.gatewayClassName'))}`
      )
      return made.includes(name) || find(world, 'Service', name)
        ? []
        : [`${title(route)}: leads to ${name}, which nobody makes`]
    })
  ]),
  defineRule('route-parent', 'no Gateway or Service accepts the route', (world) =>
    ofKind(world, 'HTTPRoute').flatMap((route) => {
      const parents = list(at(route.body, 'spec.parentRefs'))
      if (parents.length === 0) return [`${title(route)}: has no parent`]
      return parents.flatMap((parent) => {
        const kind = text(at(parent, 'kind')) || 'Gateway'
        const group = at(parent, 'group') ?? 'gateway.networking.k8s.io'
        const name = text(at(parent, 'name'))
        if ((kind === 'Service') !== (group === ''))
          return [`${title(route)}: a ${kind} is not in the group "${show(group)}"`]
        const known = find(world, kind, name)
        if (!known) return [`${title(route)}: there is no ${kind} ${name}`]
        const port = at(parent, 'port')
        const ports = list(at(known.body, kind === 'Service' ? 'spec.ports' : 'spec.listeners')).map((each) =>
          at(each, 'port')
        )
        return port === undefined || ports.includes(port)
          ? []
          : [`${title(route)}: ${kind} ${name} has no port ${show(port)}`]
      })
    })
  ),
  defineRule('route-defaults', 'every server-side apply changes the object, to add the defaults again', (world) =>
    ofKind(world, 'HTTPRoute').flatMap((route) => {
      const rules = list(at(route.body, 'spec.rules'))
      const backends = rules.flatMap((rule) => list(at(rule, 'backendRefs')))
      const matches = rules.flatMap((rule) => list(at(rule, 'matches')))
      const headers = matches.flatMap((match) => list(at(match, 'headers')))
      return [
        ...lacking(list(at(route.body, 'spec.parentRefs')), ['group', 'kind']),
        ...lacking(backends, ['group', 'kind', 'weight']),
        ...lacking(rules, ['matches']),
        ...lacking(matches, ['path.type', 'path.value']),
        ...lacking(headers, ['type'])
      ].map((field) => `${title(route)}: ${field} is not written out`)
    })
  ),
  defineRule('monitor', 'Prometheus finds nothing to scrape', (world) => [
    ...ofKind(world, 'ServiceMonitor').flatMap((monitor) => {
      const services = ofKind(world, 'Service').filter(
        ({ body, labels }) => at(body, 'spec') !== undefined && selects(at(monitor.body, 'spec.selector'), labels)
      )
      if (services.length === 0) return [`${title(monitor)}: selects no Service`]
      return list(at(monitor.body, 'spec.endpoints')).flatMap((endpoint) =>
        services
          .filter(({ body }) => !list(at(body, 'spec.ports')).some((port) => at(port, 'name') === at(endpoint, 'port')))
          .map((service) => `${title(monitor)}: ${title(service)} has no port ${show(at(endpoint, 'port'))}`)
      )
    }),
    ...ofKind(world, 'PodMonitor').flatMap((monitor) =>
      workloads(world).some(({ labels }) => selects(at(monitor.body, 'spec.selector'), labels))
        ? []
        : [`${title(monitor)}: selects no pods`]
    )
  ])
]

function atService(world: World, manifest: Manifest, name: Json | undefined, port: Json | undefined): string[] {
  const service = find(world, 'Service', text(name))
  if (!service) return [`${title(manifest)}: there is no Service ${text(name)}`]
  const known = list(at(service.body, 'spec.ports')).some(
    (each) => at(each, 'port') === at(port, 'number') || at(each, 'name') === at(port, 'name')
  )
  return known ? [] : [`${title(manifest)}: Service ${text(name)} has no port ${JSON.stringify(port)}`]
}

/** The fields that some of the objects do not have. */
function lacking(objects: readonly Json[], fields: readonly string[]): string[] {
  return fields.filter((field) => objects.some((object) => at(object, field) === undefined))
}

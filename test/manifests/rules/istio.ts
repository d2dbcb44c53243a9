import { at, dictionary, isObject, list, objectsIn, text, texts, type Json } from '../json.ts'
import { selectsByLabels, title, type Manifest } from '../manifest.ts'
import { find, NAMESPACE, ofKind, workloads, type World } from '../world.ts'
import { namespaceLabels } from './pods.ts'
import type { Rule } from './rule.ts'

/** https://istio.io/latest/docs/ops/deployment/application-requirements/#ports-used-by-istio */
const reservedPorts = [15000, 15001, 15004, 15006, 15008, 15009, 15020, 15021, 15053, 15090]

/** https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/ */
const protocols = ['http', 'http2', 'https', 'grpc', 'tcp', 'tls', 'mongo', 'mysql', 'redis', 'udp']

/** What Istio is told about services that are there. */
export const istioRules: readonly Rule[] = [
  {
    name: 'mesh-reserved-port',
    why: 'the sidecar has that port already, and the pod never gets ready',
    check: (world) =>
      workloads(world).flatMap(({ manifest, ports }) =>
        ports
          .filter(({ number }) => reservedPorts.includes(number))
          .map(({ number }) => `${title(manifest)}: port ${number} is the sidecar's`)
      )
  },
  {
    name: 'mesh-port-name',
    why: 'the mesh takes what comes there for plain TCP: no routes, no retries, no traces',
    check: (world) =>
      ofKind(world, 'Service').flatMap((service) =>
        list(at(service.body, 'spec.ports'))
          .filter((port) => {
            const protocol = text(at(port, 'appProtocol')) || (text(at(port, 'name')).split('-')[0] ?? '')
            return !protocols.includes(protocol)
          })
          .map((port) => `${title(service)}: the port name "${text(at(port, 'name'))}" says no protocol`)
      )
  },
  {
    name: 'mesh-injection',
    why: 'the pods stay outside of the mesh, and nobody in it may talk to them',
    check: (world) => {
      const labels = namespaceLabels(world)
      switch (world.expect.mesh) {
        case 'sidecar':
          return labels['istio-injection'] === 'enabled' ? [] : ['Namespace: lacks istio-injection: enabled']
        case 'ambient':
          return [
            ...(labels['istio.io/dataplane-mode'] === 'ambient'
              ? []
              : ['Namespace: lacks istio.io/dataplane-mode: ambient']),
            ...(labels['istio-injection'] === undefined ? [] : ['Namespace: would have sidecars, too']),
            ...(find(world, 'Gateway', labels['istio.io/use-waypoint'] ?? '')
              ? []
              : ['Namespace: names a waypoint that is not there'])
          ]
        case 'none':
          return []
        default:
          return world.expect.mesh satisfies never
      }
    }
  },
  {
    name: 'mesh-mutual-tls',
    why: 'whoever is on the network can read along and ask in plain text',
    check: (world) => {
      if (world.expect.mesh === 'none') return []
      const policies = ofKind(world, 'PeerAuthentication')
      return [
        ...(policies.some(({ body }) => at(body, 'spec.selector') === undefined)
          ? []
          : ['PeerAuthentication: none is for the whole namespace']),
        ...policies.flatMap((policy) => {
          const modes = [at(policy.body, 'spec.mtls.mode'), ...Object.values(modesByPort(policy))]
          return modes.every((mode) => mode === 'STRICT') ? [] : [`${title(policy)}: is not STRICT`]
        })
      ]
    }
  },
  {
    name: 'mesh-host',
    why: 'the route, or what is said about the host, is for nobody',
    check: (world) => [
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
    ]
  },
  {
    name: 'mesh-destination-port',
    why: 'the route leads to a port that the Service has not, and is answered 503',
    check: (world) =>
      ofKind(world, 'VirtualService').flatMap((route) =>
        destinations(route).flatMap(({ host, port }) => {
          const known = portsOf(world, host)
          return port === undefined || known.length === 0 || known.includes(port)
            ? []
            : [`${title(route)}: ${host} has no port ${port}`]
        })
      )
  },
  {
    name: 'mesh-subset',
    why: 'a route to an unknown subset is answered 503',
    check: (world) =>
      ofKind(world, 'VirtualService').flatMap((route) =>
        destinations(route).flatMap(({ host, subset }) => {
          if (subset === undefined) return []
          const known = subsetsOf(world, host).map(({ name }) => name)
          return known.includes(subset) ? [] : [`${title(route)}: ${host} has no subset ${subset}`]
        })
      )
  },
  {
    name: 'mesh-subset-pods',
    why: 'a subset without pods is answered 503',
    check: (world) =>
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
  },
  {
    name: 'mesh-details-runtimes',
    why: 'details does not run where this overlay says it does',
    check: (world) => {
      const found = workloads(world)
        .filter(({ labels }) => labels['app'] === 'details')
        .map(({ runtime }) => runtime)
      const expected = world.expect.details
      return expected.every((runtime) => found.includes(runtime)) &&
        found.every((runtime) => expected.includes(runtime))
        ? []
        : [`details: runs as ${found.join(' and ') || 'nothing'}, and should as ${expected.join(' and ')}`]
    }
  },
  {
    name: 'mesh-one-rule-per-host',
    why: 'which of two counts is up to chance',
    check: (world) => {
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
    }
  },
  {
    name: 'mesh-weights',
    why: 'weights that do not make 100 are read as shares of another sum than one thinks',
    check: (world) =>
      ofKind(world, 'VirtualService', 'HTTPRoute').flatMap((route) =>
        [...objectsIn(route.body)].flatMap(({ object }) => {
          const shares = [...list(object['route']), ...list(object['backendRefs'])].map((each) => at(each, 'weight'))
          const sum = shares.reduce<number>((total, share) => total + Number(share ?? 0), 0)
          return shares.every((share) => share === undefined) || sum === 100
            ? []
            : [`${title(route)}: the weights make ${sum}`]
        })
      )
  },
  {
    name: 'mesh-gateway',
    why: 'the route is attached to nothing',
    check: (world) =>
      ofKind(world, 'VirtualService').flatMap((route) =>
        texts(at(route.body, 'spec.gateways'))
          .filter((gateway) => gateway !== 'mesh' && !find(world, 'Gateway', gateway))
          .map((gateway) => `${title(route)}: there is no Gateway ${gateway}`)
      )
  },
  {
    name: 'mesh-reachable-rule',
    why: 'a route behind one that takes everything is never used',
    check: (world) =>
      ofKind(world, 'VirtualService').flatMap((route) => {
        const rules = list(at(route.body, 'spec.http'))
        const open = rules.findIndex((rule) => list(at(rule, 'match')).length === 0)
        return open === -1 || open === rules.length - 1
          ? []
          : [`${title(route)}: rule ${open + 1} leaves nothing to those below`]
      })
  },
  {
    name: 'mesh-trace-provider',
    why: 'the mesh does not know where spans go, and sends none',
    check: (world) =>
      ofKind(world, 'Telemetry').flatMap((telemetry) =>
        [...objectsIn(at(telemetry.body, 'spec.tracing') ?? null)]
          .flatMap(({ object }) => list(object['providers']))
          .map((provider) => text(at(provider, 'name')))
          .flatMap((name) =>
            name === TRACE_PROVIDER.name ? [] : [`${title(telemetry)}: the mesh has no provider ${name}`]
          )
      )
  },
  {
    name: 'mesh-trace-collector',
    why: 'spans are sent to a Service that is not there, or over HTTP/1.1, which gRPC is not',
    check: (world) => {
      if (ofKind(world, 'Telemetry').length === 0) return []
      const service = find(world, 'Service', TRACE_PROVIDER.service)
      const port = list(at(service?.body, 'spec.ports')).find((each) => at(each, 'port') === TRACE_PROVIDER.port)
      if (!port)
        return [`Service/${TRACE_PROVIDER.service}: has no port ${TRACE_PROVIDER.port}, to which the mesh sends spans`]
      return text(at(port, 'name')).startsWith('grpc')
        ? []
        : [`Service/${TRACE_PROVIDER.service}: port ${TRACE_PROVIDER.port} is not named grpc`]
    }
  },
  {
    name: 'mesh-collector-outside',
    why: 'with STRICT mutual TLS a proxy outside of the namespace cannot send its spans',
    check: (world) =>
      world.expect.mesh === 'none'
        ? []
        : workloads(world)
            .filter(({ labels }) => ['jaeger', 'otel-collector'].includes(labels['app'] ?? ''))
            .filter(
              ({ labels }) =>
                labels['sidecar.istio.io/inject'] !== 'false' || labels['istio.io/dataplane-mode'] !== 'none'
            )
            .map(({ manifest }) => `${title(manifest)}: is drawn into the mesh`)
  }
]

/** As overlays/istio/mesh-config.yaml describes it to the mesh; a test compares. */
export const TRACE_PROVIDER = { name: 'bookinfo-jaeger', service: 'jaeger-collector', port: 4317 }

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

function isKnownHost(world: World, host: string): boolean {
  const outside = ofKind(world, 'ServiceEntry').flatMap(({ body }) => texts(at(body, 'spec.hosts')))
  return outside.includes(host) || find(world, 'Service', shortName(host)) !== undefined
}

function portsOf(world: World, host: string): number[] {
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

function modesByPort(policy: Manifest): Record<string, Json | undefined> {
  const ports = at(policy.body, 'spec.portLevelMtls')
  return isObject(ports) ? Object.fromEntries(Object.entries(ports).map(([port, tls]) => [port, at(tls, 'mode')])) : {}
}

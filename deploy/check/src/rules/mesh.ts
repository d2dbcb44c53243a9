import { at, isObject, type Json, list, objectsIn, text } from '../json.ts'
import { type Manifest, title } from '../manifest.ts'
import { find, ofKind, workloads } from '../world.ts'
import { namespaceLabels } from './pods.ts'
import { defineRule, type Rule } from './rule.ts'

/** https://istio.io/latest/docs/ops/deployment/application-requirements/#ports-used-by-istio */
const reservedPorts = [15000, 15001, 15004, 15006, 15008, 15009, 15020, 15021, 15053, 15090]

/** https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/ */
const protocols = ['http', 'http2', 'https', 'grpc', 'tcp', 'tls', 'mongo', 'mysql', 'redis', 'udp']

/** What the mesh expects of pods, Services and namespaces. */
export const meshRules: readonly Rule[] = [
  defineRule('mesh-reserved-port', 'the sidecar uses that port, so the pod is never ready', (world) =>
    workloads(world).flatMap(({ manifest, ports }) =>
      ports
        .filter(({ number }) => reservedPorts.includes(number))
        .map(({ number }) => `${title(manifest)}: port ${number} is the sidecar's`)
    )
  ),
  defineRule('mesh-port-name', 'the mesh sees plain TCP: no routes, no retries, no traces', (world) =>
    ofKind(world, 'Service').flatMap((service) =>
      list(at(service.body, 'spec.ports'))
        .filter((port) => {
          const protocol = text(at(port, 'appProtocol')) || (text(at(port, 'name')).split('-')[0] ?? '')
          return !protocols.includes(protocol)
        })
        .map((port) => `${title(service)}: the port name "${text(at(port, 'name'))}" says no protocol`)
    )
  ),
  defineRule('mesh-injection', 'the pods are outside of the mesh, and may not be called from inside', (world) => {
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
  }),
  defineRule('mesh-mutual-tls', 'everybody on the network can read the traffic and call in plain text', (world) => {
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
  }),
  defineRule('mesh-details-runtimes', 'details does not run where this overlay should run it', (world) => {
    const found = workloads(world)
      .filter(({ labels }) => labels['app'] === 'details')
      .map(({ runtime }) => runtime)
    const expected = world.expect.details
    return expected.every((runtime) => found.includes(runtime)) && found.every((runtime) => expected.includes(runtime))
      ? []
      : [`details: runs as ${found.join(' and ') || 'nothing'}, and should as ${expected.join(' and ')}`]
  }),
  defineRule('mesh-trace-provider', 'the mesh does not know where to send spans, and sends none', (world) =>
    ofKind(world, 'Telemetry').flatMap((telemetry) =>
      [...objectsIn(at(telemetry.body, 'spec.tracing') ?? null)]
        .flatMap(({ object }) => list(object['providers']))
        .map((provider) => text(at(provider, 'name')))
        .flatMap((name) =>
          name === TRACE_PROVIDER.name ? [] : [`${title(telemetry)}: the mesh has no provider ${name}`]
        )
    )
  ),
  defineRule('mesh-trace-collector', 'spans are lost: no such Service, or a port that does not speak gRPC', (world) => {
    if (ofKind(world, 'Telemetry').length === 0) return []
    const service = find(world, 'Service', TRACE_PROVIDER.service)
    const port = list(at(service?.body, 'spec.ports')).find((each) => at(each, 'port') === TRACE_PROVIDER.port)
    if (!port)
      return [`Service/${TRACE_PROVIDER.service}: has no port ${TRACE_PROVIDER.port}, to which the mesh sends spans`]
    return text(at(port, 'name')).startsWith('grpc')
      ? []
      : [`Service/${TRACE_PROVIDER.service}: port ${TRACE_PROVIDER.port} is not named grpc`]
  }),
  defineRule(
    'mesh-collector-outside',
    'with STRICT mutual TLS, proxies in other namespaces cannot send spans',
    (world) =>
      world.expect.mesh === 'none'
        ? []
        : workloads(world)
            .filter(({ labels }) => ['jaeger', 'otel-collector'].includes(labels['app'] ?? ''))
            .filter(
              ({ labels }) =>
                labels['sidecar.istio.io/inject'] !== 'false' || labels['istio.io/dataplane-mode'] !== 'none'
            )
            .map(({ manifest }) => `${title(manifest)}: is part of the mesh`)
  )
]

/** The provider in overlays/istio/mesh-config.yaml. A test compares the two. */
export const TRACE_PROVIDER = { name: 'bookinfo-jaeger', service: 'jaeger-collector', port: 4317 }

function modesByPort(policy: Manifest): Record<string, Json | undefined> {
  const ports = at(policy.body, 'spec.portLevelMtls')
  return isObject(ports) ? Object.fromEntries(Object.entries(ports).map(([port, tls]) => [port, at(tls, 'mode')])) : {}
}

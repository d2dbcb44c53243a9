import { at, type JsonObject } from '../../../src/json.ts'
import { add, drop, edit, remove, set } from './mutate.ts'
import { container, details, devices, machine, seed, type Mutation } from './mutation.ts'

/** In what the mesh is told. */
export const meshMutations: readonly Mutation[] = [
  seed(
    'mesh-reserved-port',
    'a port of the sidecar',
    'istio',
    set(details, `${container}/ports/-`, { name: 'http-more', containerPort: 15021 })
  ),
  seed(
    'mesh-reserved-port',
    'a port of the sidecar, of a machine',
    'kubevirt',
    set(machine, `${devices}/interfaces/0/ports/-`, { name: 'http-more', port: 15090 })
  ),
  seed('mesh-port-name', 'a port without a protocol', 'istio', set('Service/ratings', 'spec/ports/0/name', 'web')),
  seed('mesh-injection', 'no sidecars', 'istio', remove('Namespace/bookinfo', 'metadata/labels/istio-injection')),
  seed('mesh-injection', 'no waypoint', 'ambient', drop('Gateway/waypoint')),
  seed(
    'mesh-mutual-tls',
    'plain text allowed',
    'istio',
    set('PeerAuthentication/default', 'spec/mtls/mode', 'PERMISSIVE')
  ),
  seed(
    'mesh-mutual-tls',
    'plain text allowed at one port',
    'istio',
    set('PeerAuthentication/default', 'spec/portLevelMtls', { '9080': { mode: 'DISABLE' } })
  ),
  seed(
    'mesh-host',
    'a misspelt host',
    'istio',
    set('VirtualService/bookinfo', 'spec/http/0/route/0/destination/host', 'product-page')
  ),
  seed('mesh-host', 'a rule for a misspelt host', 'istio', set('DestinationRule/details', 'spec/host', 'detail')),
  seed(
    'mesh-destination-port',
    'a port that the Service has not',
    'istio',
    set('VirtualService/bookinfo', 'spec/http/0/route/0/destination/port/number', 80)
  ),
  seed(
    'mesh-subset',
    'a misspelt subset',
    'hybrid',
    set('VirtualService/details', 'spec/http/0/route/1/destination/subset', 'vms')
  ),
  seed(
    'mesh-subset-pods',
    'a subset without pods',
    'istio',
    set('DestinationRule/reviews', 'spec/subsets/2/labels/version', 'v4')
  ),
  seed(
    'mesh-subset-pods',
    'a machine without its label',
    'hybrid',
    remove(machine, 'spec/template/metadata/labels/runtime')
  ),
  seed('mesh-details-runtimes', 'no machine', 'kubevirt', drop(machine)),
  seed('mesh-one-rule-per-host', 'two routes for one host', 'hybrid', add(route('details-too', 'details'))),
  seed(
    'mesh-weights',
    'weights that make 90',
    'hybrid',
    set('VirtualService/details', 'spec/http/0/route/0/weight', 90)
  ),
  seed('mesh-gateway', 'a route at no gateway', 'istio', set('VirtualService/bookinfo', 'spec/gateways/0', 'bookinfo')),
  seed(
    'mesh-reachable-rule',
    'a rule behind one for everything',
    'istio',
    edit('VirtualService/bookinfo', openRuleFirst)
  ),
  seed(
    'mesh-trace-provider',
    'a provider that the mesh has not',
    'istio',
    set('Telemetry/bookinfo', 'spec/tracing/0/providers/0/name', 'jaeger')
  ),
  seed(
    'mesh-trace-collector',
    'a collector port without its protocol',
    'istio',
    set('Service/jaeger-collector', 'spec/ports/0/name', 'http-otlp-too')
  ),
  seed('mesh-trace-collector', 'no collector', 'istio', drop('Service/jaeger-collector')),
  seed(
    'mesh-collector-outside',
    'a collector with a sidecar',
    'istio',
    remove('Deployment/jaeger', 'spec/template/metadata/labels/sidecar.istio.io~1inject')
  )
]

function route(name: string, host: string): JsonObject {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name, namespace: 'bookinfo' },
    spec: { hosts: [host], http: [{ route: [{ destination: { host } }] }] }
  }
}

function openRuleFirst(body: JsonObject): void {
  const rules = at(body, 'spec.http')
  if (Array.isArray(rules)) rules.unshift({ route: [{ destination: { host: 'productpage' } }] })
}

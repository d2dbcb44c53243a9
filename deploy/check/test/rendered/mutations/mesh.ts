import { at, type JsonObject } from '../../../src/json.ts'
import { add, drop, edit, remove, set } from './mutate.ts'
import { container, details, devices, machine, mutationsOn } from './mutation.ts'

/** In the mesh's own objects. */
export const meshMutations = mutationsOn({
  istio: {
    'mesh-reserved-port': {
      'a port of the sidecar': set(details, `${container}/ports/-`, { name: 'http-more', containerPort: 15021 })
    },
    'mesh-port-name': { 'a port without a protocol': set('Service/ratings', 'spec/ports/0/name', 'web') },
    'mesh-injection': { 'no sidecars': remove('Namespace/bookinfo', 'metadata/labels/istio-injection') },
    'mesh-mutual-tls': {
      'plain text allowed': set('PeerAuthentication/default', 'spec/mtls/mode', 'PERMISSIVE'),
      'plain text allowed at one port': set('PeerAuthentication/default', 'spec/portLevelMtls', {
        '9080': { mode: 'DISABLE' }
      })
    },
    'mesh-host': {
      'a misspelt host': set('VirtualService/bookinfo', 'spec/http/0/route/0/destination/host', 'product-page'),
      'a rule for a misspelt host': set('DestinationRule/details', 'spec/host', 'detail')
    },
    'mesh-destination-port': {
      'a port that the Service has not': set(
        'VirtualService/bookinfo',
        'spec/http/0/route/0/destination/port/number',
        80
      )
    },
    'mesh-subset-pods': {
      'a subset without pods': set('DestinationRule/reviews', 'spec/subsets/2/labels/version', 'v4')
    },
    'mesh-gateway': { 'a route at no gateway': set('VirtualService/bookinfo', 'spec/gateways/0', 'bookinfo') },
    'mesh-reachable-rule': { 'a rule behind one for everything': edit('VirtualService/bookinfo', openRuleFirst) },
    'mesh-trace-provider': {
      'a provider that the mesh has not': set('Telemetry/bookinfo', 'spec/tracing/0/providers/0/name', 'jaeger')
    },
    'mesh-trace-collector': {
      'a collector port without its protocol': set('Service/jaeger-collector', 'spec/ports/0/name', 'http-otlp-too'),
      'no collector': drop('Service/jaeger-collector')
    },
    'mesh-collector-outside': {
      'a collector with a sidecar': remove(
        'Deployment/jaeger',
        'spec/template/metadata/labels/sidecar.istio.io~1inject'
      )
    }
  },
  kubevirt: {
    'mesh-reserved-port': {
      'a port of the sidecar, of a machine': set(machine, `${devices}/interfaces/0/ports/-`, {
        name: 'http-more',
        port: 15090
      })
    },
    'mesh-details-runtimes': { 'no machine': drop(machine) }
  },
  ambient: {
    'mesh-injection': { 'no waypoint': drop('Gateway/waypoint') }
  },
  hybrid: {
    'mesh-subset': {
      'a misspelt subset': set('VirtualService/details', 'spec/http/0/route/1/destination/subset', 'vms')
    },
    'mesh-subset-pods': { 'a machine without its label': remove(machine, 'spec/template/metadata/labels/runtime') },
    'mesh-one-rule-per-host': { 'two routes for one host': add(route('details-too', 'details')) },
    'mesh-weights': { 'weights that make 90': set('VirtualService/details', 'spec/http/0/route/0/weight', 90) }
  }
})

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

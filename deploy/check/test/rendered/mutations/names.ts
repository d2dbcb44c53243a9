import type { JsonObject } from '../../../src/json.ts'
import { add, drop, remove, set } from './mutate.ts'
import { container, details, devices, machine, page, pod, mutationsOn } from './mutation.ts'

/** In references to other objects. */
export const nameMutations = mutationsOn({
  kubernetes: {
    'unique-name': {
      'an object twice': (world) => ({
        ...world,
        manifests: [...world.manifests, ...world.manifests.slice(0, 3)]
      })
    },
    'deployment-selector': { 'a selector of others': set(details, 'spec/selector/matchLabels/version', 'v2') },
    'service-selector': { 'a Service for nobody': set('Service/details', 'spec/selector/app', 'detail') },
    'service-target-port': {
      'a wrong port behind the Service': set('Service/details', 'spec/ports/0/targetPort', 9081)
    },
    'service-account': { 'an account that is not there': drop('ServiceAccount/bookinfo-reviews') },
    'config-and-secrets': {
      'a ConfigMap that is not there': set(details, `${container}/envFrom/0/configMapRef/name`, 'bookinfo-setting'),
      'a Secret that is not there': set(page, `${container}/env/0/valueFrom/secretKeyRef/name`, 'bookinfo-sessions')
    },
    'volume-mounts': { 'a mount without its volume': remove('Deployment/jaeger', `${pod}/volumes/0`) },
    backend: {
      'an Ingress to nobody': set('Ingress/bookinfo', 'spec/rules/0/http/paths/0/backend/service/name', 'product-page')
    }
  },
  istio: {
    namespace: { 'another namespace': set('Service/details', 'metadata/namespace', 'default') }
  },
  kubevirt: {
    'service-target-port': {
      'a machine without the name of the port': set(machine, `${devices}/interfaces/0/ports/0/name`, 'web')
    }
  },
  'gateway-api': {
    backend: { 'a route to a wrong port': set('HTTPRoute/bookinfo', 'spec/rules/0/backendRefs/0/port', 8080) },
    'route-defaults': {
      'a backend without its weight': remove('HTTPRoute/bookinfo', 'spec/rules/0/backendRefs/0/weight'),
      'a parent without its kind': remove('HTTPRoute/bookinfo', 'spec/parentRefs/0/kind'),
      'a rule without a path': remove('HTTPRoute/bookinfo', 'spec/rules/0/matches')
    },
    'route-parent': {
      'a route at no Gateway': set('HTTPRoute/bookinfo', 'spec/parentRefs/0/name', 'bookinfo'),
      'a Service in the group of Gateways': set('HTTPRoute/bookinfo', 'spec/parentRefs/0', {
        kind: 'Service',
        name: 'reviews'
      })
    }
  },
  openshift: {
    backend: { 'a Route to a Service that nobody makes': set('Route/bookinfo', 'spec/to/name', 'bookinfo-gateway') }
  },
  'kubernetes, watched and scaled': {
    'autoscaler-target': {
      'a scaler of nothing': set('HorizontalPodAutoscaler/details-v1', 'spec/scaleTargetRef/name', 'details'),
      'a scaler against fixed replicas': set(details, 'spec/replicas', 1)
    },
    'session-shared': {
      'several productpages, each with a secret of its own': set(
        page,
        `${container}/env/0/valueFrom/secretKeyRef/optional`,
        true
      )
    },
    monitor: { 'a port that no Service has': set('ServiceMonitor/bookinfo', 'spec/endpoints/0/port', 'metrics') }
  },
  'kubevirt with a pool of machines': {
    'autoscaler-target': {
      'a pool without replicas to begin with': remove('VirtualMachinePool/details-v1-vm', 'spec/replicas'),
      'a scaler by an unknown container': set(
        'HorizontalPodAutoscaler/details-v1-vm',
        'spec/metrics/0/containerResource/container',
        'details'
      )
    }
  },
  hybrid: {
    'autoscaler-alone': { 'a scaler whose target selects a machine, too': add(scaler('details-v1')) }
  },
  'istio with everything': {
    monitor: {
      'pods that are not there': set(
        'PodMonitor/bookinfo',
        'spec/selector/matchLabels/app.kubernetes.io~1part-of',
        'bookshop'
      )
    }
  }
})

function scaler(deployment: string): JsonObject {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: deployment, namespace: 'bookinfo' },
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: deployment }, maxReplicas: 5 }
  }
}

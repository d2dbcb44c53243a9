import type { JsonObject } from '../../../src/json.ts'
import { add, drop, remove, set } from './mutate.ts'
import { container, details, devices, machine, page, pod, seed, type Mutation } from './mutation.ts'

/** In names that one object calls another by. */
export const nameMutations: readonly Mutation[] = [
  seed('unique-name', 'an object twice', 'kubernetes', (world) => ({
    ...world,
    manifests: [...world.manifests, ...world.manifests.slice(0, 3)]
  })),
  seed('namespace', 'another namespace', 'istio', set('Service/details', 'metadata/namespace', 'default')),
  seed(
    'deployment-selector',
    'a selector of others',
    'kubernetes',
    set(details, 'spec/selector/matchLabels/version', 'v2')
  ),
  seed('service-selector', 'a Service for nobody', 'kubernetes', set('Service/details', 'spec/selector/app', 'detail')),
  seed(
    'service-target-port',
    'a wrong port behind the Service',
    'kubernetes',
    set('Service/details', 'spec/ports/0/targetPort', 9081)
  ),
  seed(
    'service-target-port',
    'a machine without the name of the port',
    'kubevirt',
    set(machine, `${devices}/interfaces/0/ports/0/name`, 'web')
  ),
  seed('service-account', 'an account that is not there', 'kubernetes', drop('ServiceAccount/bookinfo-reviews')),
  seed(
    'config-and-secrets',
    'a ConfigMap that is not there',
    'kubernetes',
    set(details, `${container}/envFrom/0/configMapRef/name`, 'bookinfo-setting')
  ),
  seed(
    'config-and-secrets',
    'a Secret that is not there',
    'kubernetes',
    set(page, `${container}/env/0/valueFrom/secretKeyRef/name`, 'bookinfo-sessions')
  ),
  seed('volume-mounts', 'a mount without its volume', 'kubernetes', remove('Deployment/jaeger', `${pod}/volumes/0`)),
  seed(
    'backend',
    'an Ingress to nobody',
    'kubernetes',
    set('Ingress/bookinfo', 'spec/rules/0/http/paths/0/backend/service/name', 'product-page')
  ),
  seed(
    'backend',
    'a route to a wrong port',
    'gateway-api',
    set('HTTPRoute/bookinfo', 'spec/rules/0/backendRefs/0/port', 8080)
  ),
  seed(
    'backend',
    'a Route to a Service that nobody makes',
    'openshift',
    set('Route/bookinfo', 'spec/to/name', 'bookinfo-gateway')
  ),
  seed(
    'route-parent',
    'a route at no Gateway',
    'gateway-api',
    set('HTTPRoute/bookinfo', 'spec/parentRefs/0/name', 'bookinfo')
  ),
  seed(
    'route-parent',
    'a Service in the group of Gateways',
    'gateway-api',
    set('HTTPRoute/bookinfo', 'spec/parentRefs/0', { kind: 'Service', name: 'reviews' })
  ),
  seed(
    'autoscaler-target',
    'a scaler of nothing',
    'kubernetes, watched and scaled',
    set('HorizontalPodAutoscaler/details-v1', 'spec/scaleTargetRef/name', 'details')
  ),
  seed(
    'autoscaler-target',
    'a scaler against fixed replicas',
    'kubernetes, watched and scaled',
    set(details, 'spec/replicas', 1)
  ),
  seed(
    'autoscaler-target',
    'a scaler by an unknown container',
    'kubevirt with a pool of machines',
    set('HorizontalPodAutoscaler/details-v1-vm', 'spec/metrics/0/containerResource/container', 'details')
  ),
  seed('autoscaler-alone', 'a scaler whose target selects a machine, too', 'hybrid', add(scaler('details-v1'))),
  seed(
    'session-shared',
    'several productpages, each with a secret of its own',
    'kubernetes, watched and scaled',
    set(page, `${container}/env/0/valueFrom/secretKeyRef/optional`, true)
  ),
  seed(
    'monitor',
    'a port that no Service has',
    'kubernetes, watched and scaled',
    set('ServiceMonitor/bookinfo', 'spec/endpoints/0/port', 'metrics')
  ),
  seed(
    'monitor',
    'pods that are not there',
    'istio with everything',
    set('PodMonitor/bookinfo', 'spec/selector/matchLabels/app.kubernetes.io~1part-of', 'bookshop')
  )
]

function scaler(deployment: string): JsonObject {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: deployment, namespace: 'bookinfo' },
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: deployment }, maxReplicas: 5 }
  }
}

import { add, set } from './mutate.ts'
import { container, details, devices, machine, pod, mutationsOn } from './mutation.ts'

/** In fields and values, which schemas check. */
export const schemaMutations = mutationsOn({
  kubernetes: {
    schema: {
      'a misspelt field of Kubernetes': set(details, `${container}/imagePullPolicies`, 'Always'),
      'a text where a number belongs': set(details, 'spec/replicas', 'one'),
      'a kind of an older version': add({
        apiVersion: 'policy/v1beta1',
        kind: 'PodSecurityPolicy',
        metadata: { name: 'x', namespace: 'bookinfo' }
      })
    }
  },
  istio: {
    schema: {
      'a misspelt field of Istio': set('VirtualService/bookinfo', 'spec/http/0/rout', []),
      'a value that Istio has not': set('PeerAuthentication/default', 'spec/mtls/mode', 'strict')
    }
  },
  'gateway-api': {
    schema: { 'a misspelt field of the Gateway API': set('HTTPRoute/bookinfo', 'spec/rules/0/backends', []) }
  },
  'kubernetes, watched and scaled': {
    schema: { 'a misspelt field of Prometheus': set('ServiceMonitor/bookinfo', 'spec/endpoint', []) }
  },
  kubevirt: {
    schema: {
      'a startup probe, which KubeVirt has not': set(machine, `${pod}/startupProbe`, { httpGet: { port: 9080 } })
    },
    'vm-binding-kind': { 'a binding that is gone': set(machine, `${devices}/interfaces/0/slirp`, {}) }
  },
  openshift: {
    schema: { 'an unknown field of a Route': set('Route/bookinfo', 'spec/tls/termintion', 'edge') }
  }
})

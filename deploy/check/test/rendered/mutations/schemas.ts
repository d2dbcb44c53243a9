import { add, set } from './mutate.ts'
import { container, details, devices, machine, pod, seed, type Mutation } from './mutation.ts'

/** In fields and values: what schemas are for. */
export const schemaMutations: readonly Mutation[] = [
  seed(
    'schema',
    'a misspelt field of Kubernetes',
    'kubernetes',
    set(details, `${container}/imagePullPolicies`, 'Always')
  ),
  seed('schema', 'a text where a number belongs', 'kubernetes', set(details, 'spec/replicas', 'one')),
  seed('schema', 'a misspelt field of Istio', 'istio', set('VirtualService/bookinfo', 'spec/http/0/rout', [])),
  seed('schema', 'a value that Istio has not', 'istio', set('PeerAuthentication/default', 'spec/mtls/mode', 'strict')),
  seed(
    'schema',
    'a misspelt field of the Gateway API',
    'gateway-api',
    set('HTTPRoute/bookinfo', 'spec/rules/0/backends', [])
  ),
  seed(
    'schema',
    'a misspelt field of Prometheus',
    'kubernetes, watched and scaled',
    set('ServiceMonitor/bookinfo', 'spec/endpoint', [])
  ),
  seed(
    'schema',
    'a startup probe, which KubeVirt has not',
    'kubevirt',
    set(machine, `${pod}/startupProbe`, { httpGet: { port: 9080 } })
  ),
  seed('vm-binding-kind', 'a binding that is gone', 'kubevirt', set(machine, `${devices}/interfaces/0/slirp`, {})),
  seed('schema', 'an unknown field of a Route', 'openshift', set('Route/bookinfo', 'spec/tls/termintion', 'edge')),
  seed(
    'schema',
    'a kind of an older version',
    'kubernetes',
    add({ apiVersion: 'policy/v1beta1', kind: 'PodSecurityPolicy', metadata: { name: 'x', namespace: 'bookinfo' } })
  )
]

import { both, drop, remove, set } from './mutate.ts'
import { seed, type Mutation } from './mutation.ts'

/** In who may call whom. */
export const policyMutations: readonly Mutation[] = [
  seed('policy-calls', 'no policy', 'istio', drop('AuthorizationPolicy/ratings')),
  seed(
    'policy-calls',
    'everybody allowed',
    'istio',
    both(drop('AuthorizationPolicy/nobody'), drop('AuthorizationPolicy/details'))
  ),
  seed('policy-calls', 'a rule for everybody', 'istio', set('AuthorizationPolicy/details', 'spec/rules/-', {})),
  seed(
    'policy-calls',
    'an edge too many',
    'istio',
    set('AuthorizationPolicy/details', 'spec/rules/0/from/0/source/serviceAccounts/-', 'bookinfo-reviews')
  ),
  seed(
    'policy-calls',
    'a method too many',
    'gateway-api',
    set('AuthorizationPolicy/reviews', 'spec/rules/0/to/0/operation/methods/-', 'DELETE')
  ),
  seed(
    'policy-calls',
    'a path too few',
    'ambient',
    set('AuthorizationPolicy/reviews', 'spec/rules/0/to/0/operation/paths/0', '/review/*')
  ),
  seed(
    'policy-calls',
    'metrics open to the outside',
    'istio',
    set('AuthorizationPolicy/productpage', 'spec/rules/0/to/0/operation/paths/-', '/metrics')
  ),
  seed(
    'policy-calls',
    'a gateway among those that nobody may call',
    'gateway-api',
    drop('AuthorizationPolicy/bookinfo-gateway')
  ),
  seed(
    'policy-calls',
    'a gateway among those that only the waypoint may call',
    'ambient',
    drop('AuthorizationPolicy/bookinfo-gateway')
  ),
  seed(
    'policy-calls',
    'metrics open at the gateway',
    'openshift',
    set('AuthorizationPolicy/bookinfo-gateway', 'spec/rules/0/to/0/operation/paths/-', '/metrics')
  ),
  seed(
    'policy-principal',
    'an account that nobody has',
    'istio',
    set('AuthorizationPolicy/details', 'spec/rules/0/from/0/source/serviceAccounts/0', 'productpage')
  ),
  seed(
    'policy-principal',
    'an account of another namespace',
    'istio',
    set('AuthorizationPolicy/details', 'spec/rules/0/from/0/source/serviceAccounts/0', 'default/bookinfo-productpage')
  ),
  seed(
    'policy-target',
    'a policy for nobody',
    'istio',
    set('AuthorizationPolicy/details', 'spec/selector/matchLabels/app', 'detail')
  ),
  seed(
    'policy-target',
    'a policy at no Service',
    'ambient',
    set('AuthorizationPolicy/details', 'spec/targetRefs/0/name', 'detail')
  ),
  seed('network-calls', 'an edge too few', 'kubernetes', remove('NetworkPolicy/reviews', 'spec/egress/0')),
  seed(
    'network-calls',
    'everybody allowed in and out',
    'kubernetes',
    both(set('NetworkPolicy/details', 'spec/ingress', [{}]), set('NetworkPolicy/reviews', 'spec/egress', [{}]))
  ),
  seed('network-gateway', 'a closed gateway', 'gateway-api with network policies', drop('NetworkPolicy/gateway')),
  seed(
    'network-gateway',
    'a gateway with the ways of productpage',
    'gateway-api with network policies',
    set('Gateway/bookinfo-gateway', 'metadata/labels', { app: 'productpage' })
  ),
  seed(
    'network-half-open',
    'everybody allowed in',
    'kubernetes',
    set('NetworkPolicy/details', 'spec/ingress/0/from', [{ podSelector: {} }])
  ),
  seed('network-outside', 'everything allowed out', 'kubernetes', set('NetworkPolicy/ratings', 'spec/egress', [{}])),
  seed(
    'network-outside',
    'the whole Internet allowed',
    'kubernetes',
    set('NetworkPolicy/ratings', 'spec/egress', [{ to: [{ ipBlock: { cidr: '0.0.0.0/0' } }], ports: [{ port: 443 }] }])
  ),
  seed('network-default', 'an open namespace', 'kubernetes', drop('NetworkPolicy/nobody')),
  seed('network-spans', 'no way out for spans', 'kubernetes', drop('NetworkPolicy/spans-out')),
  seed(
    'gateway-labels',
    'a gateway that passes for productpage',
    'gateway-api',
    set('Gateway/bookinfo-gateway', 'metadata/labels', { app: 'productpage' })
  ),
  seed('door-paths', 'no style', 'kubernetes', remove('Ingress/bookinfo', 'spec/rules/0/http/paths/1')),
  seed(
    'door-paths',
    'metrics open to everybody',
    'istio',
    set('VirtualService/bookinfo', 'spec/http/0/match/-', { uri: { exact: '/metrics' } })
  )
]

import { add, both, drop, remove, set } from './mutate.ts'
import { mutationsOn } from './mutation.ts'

/** In policies. */
export const policyMutations = mutationsOn({
  istio: {
    'policy-calls': {
      'no policy': drop('AuthorizationPolicy/ratings'),
      'everybody allowed': both(drop('AuthorizationPolicy/nobody'), drop('AuthorizationPolicy/details')),
      'a rule for everybody': set('AuthorizationPolicy/details', 'spec/rules/-', {}),
      'an edge too many': set(
        'AuthorizationPolicy/details',
        'spec/rules/0/from/0/source/serviceAccounts/-',
        'bookinfo-reviews'
      ),
      'metrics open to the outside': set(
        'AuthorizationPolicy/productpage',
        'spec/rules/0/to/0/operation/paths/-',
        '/metrics'
      )
    },
    'policy-principal': {
      'an account that nobody has': set(
        'AuthorizationPolicy/details',
        'spec/rules/0/from/0/source/serviceAccounts/0',
        'productpage'
      ),
      'an account of another namespace': set(
        'AuthorizationPolicy/details',
        'spec/rules/0/from/0/source/serviceAccounts/0',
        'default/bookinfo-productpage'
      )
    },
    'policy-deny-port': {
      'a denial by method, and so of all that is no HTTP': both(
        set('AuthorizationPolicy/details', 'spec/action', 'DENY'),
        set('AuthorizationPolicy/details', 'spec/rules', [{ to: [{ operation: { methods: ['POST'] } }] }])
      )
    },
    'path-exact': {
      'a path denied that is another with a slash': both(
        set('AuthorizationPolicy/details', 'spec/action', 'DENY'),
        set('AuthorizationPolicy/details', 'spec/rules', [
          { to: [{ operation: { paths: ['/details/0'], ports: ['9080'] } }] }
        ])
      ),
      'a limit by the path with its query': add({
        apiVersion: 'networking.istio.io/v1alpha3',
        kind: 'EnvoyFilter',
        metadata: { name: 'limit', namespace: 'bookinfo' },
        spec: { configPatches: [{ patch: { value: { request_headers: { header_name: ':path' } } } }] }
      })
    },
    'policy-target': {
      'a policy for nobody': set('AuthorizationPolicy/details', 'spec/selector/matchLabels/app', 'detail')
    },
    'door-paths': {
      'metrics open to everybody': set('VirtualService/bookinfo', 'spec/http/0/match/-', { uri: { exact: '/metrics' } })
    }
  },
  'gateway-api': {
    'policy-calls': {
      'a method too many': set('AuthorizationPolicy/reviews', 'spec/rules/0/to/0/operation/methods/-', 'DELETE'),
      'a gateway among those that nobody may call': drop('AuthorizationPolicy/bookinfo-gateway')
    },
    'gateway-labels': {
      'a gateway that passes for productpage': set('Gateway/bookinfo-gateway', 'metadata/labels', {
        app: 'productpage'
      })
    }
  },
  ambient: {
    'policy-calls': {
      'a path too few': set('AuthorizationPolicy/reviews', 'spec/rules/0/to/0/operation/paths/0', '/review/*'),
      'a gateway among those that only the waypoint may call': drop('AuthorizationPolicy/bookinfo-gateway')
    },
    'policy-target': {
      'a policy at no Service': set('AuthorizationPolicy/details', 'spec/targetRefs/0/name', 'detail')
    }
  },
  openshift: {
    'policy-calls': {
      'metrics open at the gateway': set(
        'AuthorizationPolicy/bookinfo-gateway',
        'spec/rules/0/to/0/operation/paths/-',
        '/metrics'
      )
    }
  },
  kubernetes: {
    'network-calls': {
      'an edge too few': remove('NetworkPolicy/reviews', 'spec/egress/0'),
      'everybody allowed in and out': both(
        set('NetworkPolicy/details', 'spec/ingress', [{}]),
        set('NetworkPolicy/reviews', 'spec/egress', [{}])
      )
    },
    'network-half-open': {
      'everybody allowed in': set('NetworkPolicy/details', 'spec/ingress/0/from', [{ podSelector: {} }])
    },
    'network-outside': {
      'everything allowed out': set('NetworkPolicy/ratings', 'spec/egress', [{}]),
      'the whole Internet allowed': set('NetworkPolicy/ratings', 'spec/egress', [
        { to: [{ ipBlock: { cidr: '0.0.0.0/0' } }], ports: [{ port: 443 }] }
      ])
    },
    'network-default': { 'an open namespace': drop('NetworkPolicy/nobody') },
    'network-spans': { 'no way out for spans': drop('NetworkPolicy/spans-out') },
    'door-paths': { 'no style': remove('Ingress/bookinfo', 'spec/rules/0/http/paths/1') }
  },
  'gateway-api with network policies': {
    'network-gateway': {
      'a closed gateway': drop('NetworkPolicy/gateway'),
      'a gateway with the ways of productpage': set('Gateway/bookinfo-gateway', 'metadata/labels', {
        app: 'productpage'
      })
    }
  }
})

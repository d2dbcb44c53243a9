import { apply, inRatings, networking, put, type Command } from './istio-page-command.ts'

const HTTP_FILTERS = 'envoy.filters.network.http_connection_manager'
const LOCAL_RATE_LIMIT = 'envoy.filters.http.local_ratelimit'
const always = { default_value: { numerator: 100, denominator: 'HUNDRED' } }
const fourRequests = {
  token_bucket: { max_tokens: 4, tokens_per_fill: 4, fill_interval: '60s' },
  filter_enabled: always,
  filter_enforced: always,
  response_headers_to_add: [{ append: false, header: { key: 'x-local-rate-limit', value: 'true' } }]
}

/** Requests a minute by path, as the service that counts reads them. */
const limits = {
  domain: 'ratelimit',
  descriptors: [
    { key: 'PATH', value: '/productpage', rate_limit: { unit: 'minute', requests_per_unit: 1 } },
    { key: 'PATH', value: 'api', rate_limit: { unit: 'minute', requests_per_unit: 2 } },
    { key: 'PATH', rate_limit: { unit: 'minute', requests_per_unit: 100 } }
  ]
}
const ofGateway = { labels: { istio: 'ingressgateway' } }
const productsPath = {
  descriptor_key: 'PATH',
  descriptor_value: 'api',
  headers: [{ name: ':path', safe_regex_match: { google_re2: {}, regex: '/api/v1/products/[1-9]{1,2}' } }]
}
const sample = '"$ISTIO_SAMPLES/ratelimit/rate-limit-service.yaml"'
const fromRatings = `${inRatings} -o /dev/null -w "%{http_code} %header{x-local-rate-limit}\\n" "productpage:9080/productpage?i=[1-10]"`
const statuses = (paths: string, times: number) =>
  `for i in {1..${times}}; do curl -s "http://$GATEWAY_URL${paths}" -o /dev/null -w "%{http_code}\\n"; done`
const withoutLocalLimit = { run: 'kubectl delete envoyfilter filter-local-ratelimit-svc -nistio-system' }

export const rateLimitPage: readonly Command[] = [
  { run: `kubectl create configmap ratelimit-config --from-literal='config.yaml=${JSON.stringify(limits)}'` },
  { run: `kubectl apply -f ${sample}` },
  { run: 'kubectl rollout status deployment/redis --timeout=120s' },
  { run: 'kubectl rollout status deployment/ratelimit --timeout=120s' },
  askService(),
  limitGateway('filter-ratelimit-svc', 'VIRTUAL_HOST', {
    match: { vhost: { name: '', route: { action: 'ANY' } } },
    value: { rate_limits: [{ actions: [{ request_headers: { header_name: ':path', descriptor_key: 'PATH' } }] }] }
  }),
  { run: statuses('/productpage', 2), see: /429\n$/ },
  nameRoute(),
  limitGateway('filter-ratelimit-svc-api', 'HTTP_ROUTE', {
    match: { vhost: { name: '*:8080', route: { name: 'api' } } },
    value: { route: { rate_limits: [{ actions: [{ header_value_match: productsPath }] }] } }
  }),
  { run: statuses('/api/v1/products/${i}', 3), see: /429\n$/ },
  { run: 'kubectl delete envoyfilter filter-ratelimit filter-ratelimit-svc filter-ratelimit-svc-api -nistio-system' },
  { run: 'kubectl delete cm ratelimit-config' },
  { run: `kubectl delete -f ${sample}` },
  apply(`${networking}/bookinfo-gateway.yaml`),
  limitProductpage('listener'),
  { run: fromRatings, see: /^(200 \n){0,4}(429 true\n)+$/ },
  withoutLocalLimit,
  { run: fromRatings, see: /^(200 \n){10}$/ },
  limitProductpage('route'),
  { run: fromRatings, see: /^(200 \n){0,4}(429 true\n)+$/ },
  withoutLocalLimit,
  { run: fromRatings, see: /^(200 \n){10}$/ }
]

/** Lets the gateway ask the service about each request. */
function askService(): Command {
  const service = 'ratelimit.default.svc.cluster.local'
  const filterChain = { filter: { name: HTTP_FILTERS, subFilter: { name: 'envoy.filters.http.router' } } }
  return envoyFilter('filter-ratelimit', {
    workloadSelector: ofGateway,
    configPatches: [
      {
        applyTo: 'HTTP_FILTER',
        match: { context: 'GATEWAY', listener: { filterChain } },
        patch: {
          operation: 'INSERT_BEFORE',
          value: {
            name: 'envoy.filters.http.ratelimit',
            typed_config: {
              '@type': 'type.googleapis.com/envoy.extensions.filters.http.ratelimit.v3.RateLimit',
              domain: 'ratelimit',
              failure_mode_deny: true,
              timeout: '10s',
              rate_limit_service: {
                grpc_service: { envoy_grpc: { cluster_name: `outbound|8081||${service}`, authority: service } },
                transport_api_version: 'V3'
              }
            }
          }
        }
      }
    ]
  })
}

/** Says by which words the service counts requests of the gateway. */
function limitGateway(name: string, applyTo: string, { match, value }: { match: object; value: object }): Command {
  const patch = {
    applyTo,
    match: { context: 'GATEWAY', routeConfiguration: match },
    patch: { operation: 'MERGE', value }
  }
  return envoyFilter(name, { workloadSelector: ofGateway, configPatches: [patch] })
}

/** The route to the products gets a name. */
function nameRoute(): Command {
  const route = [{ destination: { host: 'productpage', port: { number: 9080 } } }]
  const page = ['/productpage', '/login', '/logout'].map((exact) => ({ uri: { exact } }))
  return put({
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    name: 'bookinfo',
    spec: {
      gateways: ['bookinfo-gateway'],
      hosts: ['*'],
      http: [
        { match: [...page, { uri: { prefix: '/static' } }], route },
        { match: [{ uri: { prefix: '/api/v1/products' } }], route, name: 'api' }
      ]
    }
  })
}

/** Allows productpage four requests a minute: to the whole listener, or by its route. */
function limitProductpage(by: 'listener' | 'route'): Command {
  const limit = (fields: object) => ({
    '@type': 'type.googleapis.com/udpa.type.v1.TypedStruct',
    type_url: 'type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit',
    value: { stat_prefix: 'http_local_rate_limiter', ...fields }
  })
  const context = 'SIDECAR_INBOUND'
  const filter = {
    applyTo: 'HTTP_FILTER',
    match: { context, listener: { filterChain: { filter: { name: HTTP_FILTERS } } } },
    patch: {
      operation: 'INSERT_BEFORE',
      value: { name: LOCAL_RATE_LIMIT, typed_config: limit(by === 'route' ? {} : fourRequests) }
    }
  }
  const ofRoute = {
    applyTo: 'HTTP_ROUTE',
    match: { context, routeConfiguration: { vhost: { name: 'inbound|http|9080', route: { action: 'ANY' } } } },
    patch: {
      operation: 'MERGE',
      value: { typed_per_filter_config: { [LOCAL_RATE_LIMIT]: limit(fourRequests) } }
    }
  }
  return envoyFilter('filter-local-ratelimit-svc', {
    workloadSelector: { labels: { app: 'productpage' } },
    configPatches: by === 'route' ? [filter, ofRoute] : [filter]
  })
}

function envoyFilter(name: string, spec: object): Command {
  return put({ apiVersion: 'networking.istio.io/v1alpha3', kind: 'EnvoyFilter', name, namespace: 'istio-system', spec })
}

/** A command of a page of Istio's documentation, and what it promises. */
export interface Command {
  /** Run by bash in the root of the repository. GATEWAY_URL is the ingress gateway, and JAR a file for cookies. */
  run: string
  /** What the output has to match at last, because changes of the mesh need a moment. Without it the command has to succeed. */
  see?: RegExp
  /** What the output must not match then. */
  not?: RegExp
}

/** Applies an object that a page prints as YAML. */
export function put(apiVersion: string, kind: string, name: string, spec: object): Command {
  return { run: `kubectl apply -f - <<< '${JSON.stringify({ apiVersion, kind, metadata: { name }, spec })}'` }
}

export const route = (name: string, rule: object) =>
  put('networking.istio.io/v1', 'VirtualService', name, { hosts: [name], http: [rule] })
export const to = (host: string, subset: string) => [{ destination: { host, subset } }]

export const policies = [
  'allow-nothing',
  ...['productpage', 'details', 'reviews', 'ratings'].map((app) => `${app}-viewer`)
]

/** Four requests a minute to productpage. */
export const localLimit = {
  workloadSelector: { labels: { app: 'productpage' } },
  configPatches: [
    {
      applyTo: 'HTTP_FILTER',
      match: {
        context: 'SIDECAR_INBOUND',
        listener: { filterChain: { filter: { name: 'envoy.filters.network.http_connection_manager' } } }
      },
      patch: {
        operation: 'INSERT_BEFORE',
        value: {
          name: 'envoy.filters.http.local_ratelimit',
          typed_config: {
            '@type': 'type.googleapis.com/udpa.type.v1.TypedStruct',
            type_url: 'type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit',
            value: {
              stat_prefix: 'http_local_rate_limiter',
              token_bucket: { max_tokens: 4, tokens_per_fill: 4, fill_interval: '60s' },
              filter_enabled: { default_value: { numerator: 100, denominator: 'HUNDRED' } },
              filter_enforced: { default_value: { numerator: 100, denominator: 'HUNDRED' } }
            }
          }
        }
      }
    }
  ]
}

/** Only reading is allowed, to one caller or to all. */
export function viewer(app: string, account?: string): Command {
  const from = account && [{ source: { principals: [`cluster.local/ns/default/sa/bookinfo-${account}`] } }]
  const rule = { ...(from && { from }), to: [{ operation: { methods: ['GET'] } }] }
  const selector = { matchLabels: { app } }
  return put('security.istio.io/v1', 'AuthorizationPolicy', `${app}-viewer`, {
    selector,
    action: 'ALLOW',
    rules: [rule]
  })
}

/** A command of a page of Istio's documentation, and what it promises. */
export interface Command {
  /**
   * Run by bash in the root of the repository. GATEWAY_URL is the ingress gateway, JAR a file for cookies, ISTIO_SAMPLES the folder of
   * Istio's own samples.
   */
  run: string
  /** What the output has to match at last, because changes of the mesh need a moment. Without it the command has to succeed. */
  see?: RegExp
  /** What the output must not match then. */
  not?: RegExp
}

export const kube = 'samples/bookinfo/platform/kube'
export const networking = 'samples/bookinfo/networking'
export const gatewayApi = 'samples/bookinfo/gateway-api'
export const TITLE = /<title>Simple Bookstore App<\/title>/
export const page = 'curl -s "http://$GATEWAY_URL/productpage"'
/** For more than one request: there is no shell in the container, and curl repeats a URL with a range, as in `?i=[1-10]`. */
export const inRatings = 'kubectl exec deploy/ratings-v1 -c ratings -- curl -sS'
export const rollout: Command = { run: 'kubectl rollout status deployment --timeout=180s' }
export const apply = (file: string): Command => ({ run: `kubectl apply -f ${file}` })
export const allV1 = apply(`${networking}/virtual-service-all-v1.yaml`)

interface NamedObject {
  apiVersion: string
  kind: string
  name: string
  namespace?: string
  spec: object
}

/** Applies an object that a page prints as YAML. */
export function put({ apiVersion, kind, name, namespace = 'default', spec }: NamedObject): Command {
  return {
    run: `kubectl apply -f - <<< '${JSON.stringify({ apiVersion, kind, metadata: { name, namespace }, spec })}'`
  }
}

export const route = (name: string, rule: object) =>
  put({ apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', name, spec: { hosts: [name], http: [rule] } })
export const to = (host: string, subset: string) => [{ destination: { host, subset } }]

export const policies = [
  'allow-nothing',
  ...['productpage', 'details', 'reviews', 'ratings'].map((app) => `${app}-viewer`)
]

/** Decides who may call a service. */
export function policy(name: string, spec: object): Command {
  return put({ apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', name, spec })
}

export const callers = (...accounts: string[]) => [
  { source: { principals: accounts.map((account) => `cluster.local/ns/default/sa/bookinfo-${account}`) } }
]

/** Only reading is allowed, to one caller or to all. */
export function viewer(app: string, account?: string): Command {
  const rule = { ...(account && { from: callers(account) }), to: [{ operation: { methods: ['GET'] } }] }
  return policy(`${app}-viewer`, { selector: { matchLabels: { app } }, action: 'ALLOW', rules: [rule] })
}

import {
  apply,
  callers,
  gatewayApi,
  inRatings,
  kube,
  policy,
  rollout,
  TITLE,
  type Command
} from './istio-page-command.ts'

const tenReviews = `${inRatings} "productpage:9080/productpage?i=[1-10]" | grep -o reviews-v.-`
const openGateway = `kubectl port-forward svc/bookinfo-gateway-istio 8080:80 >/dev/null &
curl -s --retry 9 --retry-delay 1 --retry-connrefused http://localhost:8080/productpage | grep -o "<title>.*</title>"; kill $!`

/** With the Gateway API. The pages on ambient are followed as far as sidecars show the same. */
export const gettingStartedPages: Readonly<Record<string, readonly Command[]>> = {
  'setup/getting-started': [
    { run: 'kubectl label namespace default istio-injection=enabled --overwrite' },
    apply(`${kube}/bookinfo.yaml`),
    { run: 'kubectl get services', see: /details[^]*productpage[^]*ratings[^]*reviews/ },
    rollout,
    { run: 'kubectl get pods --no-headers', see: /^(\S+-v\d-\S+ +2\/2 +Running .*\n){6}$/ },
    {
      run: `kubectl exec "$(kubectl get pod -l app=ratings -o jsonpath='{.items[0].metadata.name}')" -c ratings -- curl -sS productpage:9080/productpage | grep -o "<title>.*</title>"`,
      see: TITLE
    },
    apply(`${gatewayApi}/bookinfo-gateway.yaml`),
    { run: 'kubectl annotate gateway bookinfo-gateway networking.istio.io/service-type=ClusterIP --namespace=default' },
    {
      run: 'kubectl get gateway',
      see: /bookinfo-gateway +istio +bookinfo-gateway-istio\.default\.svc\.cluster\.local +True/
    },
    { run: openGateway, see: TITLE }
  ],
  'ambient/getting-started/deploy-sample-app': [
    apply(`${kube}/bookinfo-versions.yaml`),
    { run: 'kubectl get services', see: /productpage-v1[^]*reviews-v1[^]*reviews-v2[^]*reviews-v3/ }
  ],
  'ambient/getting-started/enforce-auth-policies': [
    policy('productpage-viewer', {
      selector: { matchLabels: { app: 'productpage' } },
      action: 'ALLOW',
      rules: [{ from: callers('gateway-istio') }]
    }),
    { run: `${inRatings} "http://productpage:9080/productpage"`, see: /RBAC: access denied/ },
    { run: openGateway, see: TITLE },
    { run: 'kubectl delete authorizationpolicy productpage-viewer' }
  ],
  'ambient/getting-started/manage-traffic': [
    apply(`${gatewayApi}/route-reviews-90-10.yaml`),
    { run: tenReviews, see: /v1/, not: /v3/ },
    { run: 'kubectl delete httproute reviews' },
    { run: tenReviews, see: /v3/ }
  ],
  'ambient/usage/waypoint': [
    { run: `kubectl apply --dry-run=server -f ${kube}/bookinfo-waypoints.yaml`, see: /reviews-svc-waypoint created/ },
    {
      run: 'kubectl label pod -l version=v2,app=reviews istio.io/use-waypoint=reviews-v2-pod-waypoint',
      see: /^pod\/reviews-v2-\S+ labeled\n$/
    }
  ],
  'tasks/traffic-management/traffic-shifting, Gateway API': [
    apply(`${gatewayApi}/route-reviews-v1.yaml`),
    { run: tenReviews, see: /v1/, not: /v[23]/ },
    apply(`${gatewayApi}/route-reviews-50-v3.yaml`),
    { run: 'kubectl get httproute reviews -o yaml', see: /name: reviews-v3\n +port: 9080\n +weight: 50/ },
    { run: tenReviews, see: /(?=[^]*v1)(?=[^]*v3)/, not: /v2/ },
    apply(`${gatewayApi}/route-reviews-v3.yaml`),
    { run: tenReviews, see: /v3/, not: /v[12]/ },
    { run: 'kubectl delete httproute reviews' },
    { run: `kubectl delete -f ${gatewayApi}/bookinfo-gateway.yaml` }
  ]
}

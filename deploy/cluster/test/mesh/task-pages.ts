import {
  apply,
  allV1,
  networking,
  page,
  policies,
  policy,
  route,
  TITLE,
  to,
  viewer,
  type Command
} from './istio-page-command.ts'
import { rateLimitPage } from './rate-limit-page.ts'

const STARS = /glyphicon glyphicon-star/
const signIn = 'curl -s -c "$JAR" -o /dev/null -d username=jason -d passwd=any "http://$GATEWAY_URL/login"'
const pageOfJason = 'curl -s -b "$JAR" "http://$GATEWAY_URL/productpage"'
const withoutRoutes: Command = { run: `kubectl delete -f ${networking}/virtual-service-all-v1.yaml` }
const ten = (command: string) => `for i in $(seq 10); do ${command}; done`

const patchFirst = (object: string, path: string, value: string): Command => ({
  run: `kubectl patch ${object} --type json -p '[{"op":"replace","path":"/spec/${path}","value":"${value}"}]'`,
  see: /patched/
})

/** With Istio's own API. */
export const taskPages: Readonly<Record<string, readonly Command[]>> = {
  'examples/bookinfo': [
    apply(`${networking}/bookinfo-gateway.yaml`),
    { run: 'kubectl get gateway.networking.istio.io', see: /bookinfo-gateway/ },
    { run: `${page} | grep -o "<title>.*</title>"`, see: TITLE },
    apply(`${networking}/destination-rule-all.yaml`),
    { run: 'kubectl get destinationrules -o yaml', see: /name: v2-mysql-vm/ },
    { run: ten(`${page} | grep -o "reviews-v[123]"`), see: /(?=[^]*v1)(?=[^]*v2)(?=[^]*v3)/ }
  ],
  'tasks/observability/kiali': [
    { run: ten(`${page} -o /dev/null -w "%{http_code} "`), see: /^(200 ){10}$/ },
    { run: 'kubectl get pods -L app,version --no-headers', see: /reviews +v3/ },
    patchFirst('service details', 'ports/0/name', 'foo'),
    patchFirst('service details', 'ports/0/name', 'http'),
    patchFirst('vs bookinfo', 'gateways/0', 'bookinfo-gateway-invalid'),
    patchFirst('vs bookinfo', 'gateways/0', 'bookinfo-gateway'),
    { run: `${page} | grep -o "<title>.*</title>"`, see: TITLE }
  ],
  'tasks/traffic-management/request-routing': [
    allV1,
    { run: 'kubectl get virtualservices -o yaml', see: /host: productpage[^]*subset: v1/ },
    { run: ten(page), see: /Reviewer1/, not: STARS },
    apply(`${networking}/virtual-service-reviews-test-v2.yaml`),
    { run: 'kubectl get virtualservice reviews -o yaml', see: /exact: jason/ },
    { run: signIn },
    { run: ten(pageOfJason), see: STARS, not: /reviews-v[13]/ },
    { run: ten(page), see: /reviews-v1/, not: STARS }
  ],
  'tasks/traffic-management/fault-injection': [
    apply(`${networking}/virtual-service-ratings-test-delay.yaml`),
    { run: 'kubectl get virtualservice ratings -o yaml', see: /fixedDelay: 7s/ },
    { run: pageOfJason, see: /Sorry, product reviews are currently unavailable for this book\./ },
    apply(`${networking}/virtual-service-ratings-test-abort.yaml`),
    { run: 'kubectl get virtualservice ratings -o yaml', see: /httpStatus: 500/ },
    { run: pageOfJason, see: /Ratings service is currently unavailable/ },
    { run: page, see: /Reviewer1/, not: /currently unavailable/ },
    withoutRoutes
  ],
  'tasks/traffic-management/traffic-shifting': [
    allV1,
    { run: ten(page), see: /reviews-v1/, not: STARS },
    apply(`${networking}/virtual-service-reviews-50-v3.yaml`),
    { run: 'kubectl get virtualservice reviews -o yaml', see: /subset: v1\n +weight: 50[^]*subset: v3\n +weight: 50/ },
    { run: ten(page), see: /(?=[^]*reviews-v1)(?=[^]*reviews-v3)/, not: /reviews-v2/ },
    apply(`${networking}/virtual-service-reviews-v3.yaml`),
    { run: ten(page), see: /reviews-v3/, not: /reviews-v[12]/ },
    withoutRoutes
  ],
  'tasks/traffic-management/request-timeouts': [
    allV1,
    route('reviews', { route: to('reviews', 'v2') }),
    route('ratings', {
      fault: { delay: { percentage: { value: 100 }, fixedDelay: '2s' } },
      route: to('ratings', 'v1')
    }),
    { run: `${page} -o /dev/null -w "%{time_total}"`, see: /^2\./ },
    route('reviews', { route: to('reviews', 'v2'), timeout: '0.5s' }),
    { run: page, see: /Error fetching product reviews/ },
    { run: `${page} -o /dev/null -w "%{time_total}"`, see: /^1\./ },
    withoutRoutes
  ],
  'tasks/security/authorization/authz-http': [
    policy('allow-nothing', {}),
    { run: page, see: /RBAC: access denied/ },
    viewer('productpage'),
    { run: page, see: /(?=[^]*Error fetching product details)(?=[^]*Error fetching product reviews)/ },
    viewer('details', 'productpage'),
    { run: page, see: /Error fetching product reviews/, not: /Error fetching product details/ },
    viewer('reviews', 'productpage'),
    { run: ten(page), see: /Ratings service is currently unavailable/, not: /Error fetching/ },
    viewer('ratings', 'reviews'),
    { run: ten(page), see: STARS, not: /currently unavailable|RBAC/ },
    {
      run: `for each in ${policies.join(' ')}; do kubectl delete authorizationpolicy.security.istio.io/$each; done`
    },
    { run: ten(page), see: TITLE, not: /RBAC/ }
  ],
  'tasks/policy-enforcement/rate-limit': rateLimitPage
}

import { localLimit, policies, put, route, to, viewer, type Command } from './istio-page-command.ts'

const kube = 'samples/bookinfo/platform/kube'
const networking = 'samples/bookinfo/networking'
const TITLE = /<title>Simple Bookstore App<\/title>/
const STARS = /glyphicon glyphicon-star/
const page = 'curl -s "http://$GATEWAY_URL/productpage"'
const signIn = 'curl -s -c "$JAR" -o /dev/null -d username=jason -d passwd=any "http://$GATEWAY_URL/login"'
const pageOfJason = 'curl -s -b "$JAR" "http://$GATEWAY_URL/productpage"'
const inRatings = 'kubectl exec deploy/ratings-v1 -c ratings -- curl -sS'
const rollout = 'kubectl rollout status deployment --timeout=180s'
const apply = (file: string): Command => ({ run: `kubectl apply -f ${file}` })
const allV1 = apply(`${networking}/virtual-service-all-v1.yaml`)
const withoutRoutes: Command = { run: `kubectl delete -f ${networking}/virtual-service-all-v1.yaml` }
const ten = (command: string) => `for i in $(seq 10); do ${command}; done`

/** By page below istio.io/latest/docs, in the order in which a reader comes to them. Samples are used as they are printed. */
export const pages: Readonly<Record<string, readonly Command[]>> = {
  'setup/getting-started': [
    { run: 'kubectl label namespace default istio-injection=enabled --overwrite' },
    apply(`${kube}/bookinfo.yaml`),
    { run: 'kubectl get services', see: /details[^]*productpage[^]*ratings[^]*reviews/ },
    { run: rollout },
    { run: 'kubectl get pods --no-headers', see: /^(\S+-v\d-\S+ +2\/2 +Running .*\n){6}$/ },
    {
      run: `kubectl exec "$(kubectl get pod -l app=ratings -o jsonpath='{.items[0].metadata.name}')" -c ratings -- curl -sS productpage:9080/productpage | grep -o "<title>.*</title>"`,
      see: TITLE
    },
    apply(`${networking}/bookinfo-gateway.yaml`),
    { run: `${page} | grep -o "<title>.*</title>"`, see: TITLE }
  ],
  'examples/bookinfo': [
    { run: 'kubectl get gateway.networking.istio.io', see: /bookinfo-gateway/ },
    apply(`${networking}/destination-rule-all.yaml`),
    { run: 'kubectl get destinationrules -o yaml', see: /name: v2-mysql-vm/ },
    apply(`${kube}/bookinfo-versions.yaml`),
    { run: ten(`${page} | grep -o "reviews-v[123]"`), see: /(?=[^]*v1)(?=[^]*v2)(?=[^]*v3)/ }
  ],
  'tasks/observability/kiali': [
    { run: ten(`${page} -o /dev/null -w "%{http_code} "`), see: /^(200 ){10}$/ },
    { run: 'kubectl get pods -L app,version --no-headers', see: /reviews +v3/ }
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
    put('security.istio.io/v1', 'AuthorizationPolicy', 'allow-nothing', {}),
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
  'tasks/policy-enforcement/rate-limit': [
    put('networking.istio.io/v1alpha3', 'EnvoyFilter', 'filter-local-ratelimit-svc', localLimit),
    { run: ten(`${inRatings} -o /dev/null -w "%{http_code} " productpage:9080/productpage`), see: /429/ },
    { run: 'kubectl delete envoyfilter filter-local-ratelimit-svc' },
    { run: ten(`${inRatings} -o /dev/null -w "%{http_code} " productpage:9080/productpage`), see: /^(200 ){10}$/ }
  ],
  'ambient/getting-started/manage-traffic': [
    apply('samples/bookinfo/gateway-api/route-reviews-90-10.yaml'),
    { run: ten(`${inRatings} http://productpage:9080/productpage | grep -o reviews-v.-`), see: /v1/, not: /v3/ },
    { run: 'kubectl delete httproute reviews' },
    { run: ten(`${inRatings} http://productpage:9080/productpage | grep -o reviews-v.-`), see: /v3/ }
  ],
  'examples/microservices-istio/bookinfo-kubernetes': [
    {
      run: `kubectl apply -l version!=v2,version!=v3 -f ${kube}/bookinfo.yaml`,
      see: /reviews-v1/,
      not: /reviews-v[23]/
    },
    { run: `${inRatings} productpage:9080/productpage | grep -o "<title>.*</title>"`, see: TITLE }
  ],
  'examples/microservices-istio/production-testing': [
    {
      run: `${inRatings} http://ratings:9080/ratings/7`,
      see: /^\{"id":7,"ratings":\{"Reviewer1":5,"Reviewer2":4\}\}$/
    },
    { run: "kubectl exec deploy/details-v1 -c details -- node -e 'process.kill(1)'" },
    { run: 'kubectl get pods -l app=details --no-headers', see: /2\/2 +Running +1 / },
    { run: page, see: TITLE, not: /currently unavailable/ }
  ],
  'examples/microservices-istio/add-new-microservice-version': [
    { run: 'kubectl delete deployment reviews-v2' },
    {
      run: `cat ${kube}/bookinfo.yaml | sed 's/app: reviews/app: reviews_test/' | kubectl apply -l app=reviews_test,version=v2 -f -`,
      see: /^deployment\.apps\/reviews-v2 (created|unchanged)\n$/
    },
    { run: 'kubectl rollout status deployment/reviews-v2 --timeout=120s' },
    {
      run: `${inRatings} "$(kubectl get pod -l app=reviews_test,version=v2 -o jsonpath='{.items[0].status.podIP}'):9080/reviews/7"`,
      see: /"rating":\{"stars":5,"color":"black"\}/
    },
    { run: 'kubectl delete deployment reviews-v2' },
    { run: `kubectl apply -l app=reviews,version=v2 -f ${kube}/bookinfo.yaml`, see: /^deployment\.apps\/reviews-v2 / },
    { run: 'kubectl scale deployment reviews-v2 --replicas=2' },
    { run: 'kubectl rollout status deployment/reviews-v2 --timeout=120s' }
  ],
  'examples/microservices-istio/add-istio': [
    {
      run: `cat ${kube}/bookinfo.yaml | sed 's/replicas: 1/replicas: 2/g' | kubectl apply -l app=productpage,version=v1 -f -`,
      see: /^deployment\.apps\/productpage-v1 (configured|unchanged)\n$/
    },
    { run: 'kubectl rollout status deployment/productpage-v1 --timeout=120s' },
    { run: 'kubectl get pods -l app=productpage --no-headers', see: /^(\S+ +2\/2 +Running .*\n){2}$/ }
  ],
  'examples/virtual-machines': [
    { run: `kubectl apply --dry-run=server -f ${kube}/bookinfo-ratings-v2-mysql-vm.yaml`, see: /ratings-v2-mysql-vm/ },
    { run: `kubectl apply --dry-run=server -f ${networking}/virtual-service-ratings-mysql-vm.yaml`, see: /ratings/ }
  ],
  'tasks/observability/metrics/tcp-metrics': [
    { run: `kubectl apply --dry-run=server -f ${kube}/bookinfo-ratings-v2.yaml`, see: /ratings-v2 created/ },
    { run: `kubectl apply --dry-run=server -f ${kube}/bookinfo-db.yaml`, see: /mongodb-v1 created/ },
    { run: `kubectl apply --dry-run=server -f ${networking}/virtual-service-ratings-db.yaml`, see: /ratings/ }
  ],
  'examples/bookinfo#cleanup': [
    { run: `NAMESPACE=default ${kube}/cleanup.sh` },
    {
      run: 'kubectl get virtualservices,destinationrules,gateways.networking.istio.io,deployments 2>&1',
      see: /No resources/
    }
  ]
}

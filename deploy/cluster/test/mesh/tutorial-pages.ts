import { apply, inRatings, kube, networking, page, put, TITLE, type Command } from './istio-page-command.ts'

const HOST = 'istio.default.bookinfo.com'

/** Leads the page's Service to this machine, which registers itself only with Istio's package for machines. */
const serveMachine = `kubectl apply -n vm -f - <<EOF
{apiVersion: v1, kind: Service, metadata: {name: mysqldb, labels: {app: mysqldb}}, spec: {ports: [{port: 3306, name: tcp}]}}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: mysqldb, labels: {kubernetes.io/service-name: mysqldb}}
addressType: IPv4
endpoints: [{addresses: ["$(hostname -I | cut -d " " -f 1)"]}]
ports: [{port: 3306, name: tcp}]
EOF`

/** The tutorial on microservices, and the pages with a database. */
export const tutorialPages: Readonly<Record<string, readonly Command[]>> = {
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
    { run: 'kubectl get pods -l app=productpage --no-headers', see: /^(\S+ +2\/2 +Running .*\n){2}$/ },
    put({
      apiVersion: 'telemetry.istio.io/v1',
      kind: 'Telemetry',
      name: 'mesh-default',
      spec: { accessLogging: [{ providers: [{ name: 'envoy' }] }] }
    }),
    {
      run: `${page} -o /dev/null; kubectl logs -l app=productpage -c istio-proxy | grep GET`,
      see: /"GET \/details\/0 HTTP\/1\.1" 200/
    },
    { run: 'kubectl delete telemetry mesh-default' }
  ],
  'examples/microservices-istio/enable-istio-all-microservices': [
    { run: 'kubectl scale deployments --all --replicas 1' },
    { run: `kubectl apply -l app!=reviews -f ${kube}/bookinfo.yaml`, see: /productpage-v1/, not: /reviews-v/ },
    { run: `kubectl apply -l app=reviews,version=v2 -f ${kube}/bookinfo.yaml`, see: /^deployment\.apps\/reviews-v2 / },
    { run: 'kubectl get deployments --no-headers', see: /^(\S+ +1\/1 .*\n){6}$/ }
  ],
  'examples/microservices-istio/istio-ingress-gateway': [
    put({
      apiVersion: 'networking.istio.io/v1',
      kind: 'Gateway',
      name: 'bookinfo-gateway',
      spec: {
        selector: { istio: 'ingressgateway' },
        servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: [HOST] }]
      }
    }),
    put({
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      name: 'bookinfo',
      spec: {
        hosts: [HOST],
        gateways: ['bookinfo-gateway.default.svc.cluster.local'],
        http: [
          {
            match: [{ uri: { exact: '/productpage' } }],
            route: [{ destination: { host: 'productpage', port: { number: 9080 } } }]
          }
        ]
      }
    }),
    {
      run: `curl -s --connect-to "::$GATEWAY_URL" http://${HOST}/productpage | grep -o "<title>.*</title>"`,
      see: TITLE
    },
    { run: `${page} -o /dev/null -w "%{http_code}"`, see: /404/ },
    apply(`${networking}/bookinfo-gateway.yaml`)
  ],
  'examples/virtual-machines': [
    {
      run: `mysql -u root -S "$MYSQL_SOCKET" -e "CREATE USER 'root'@'%' IDENTIFIED BY 'password'; GRANT ALL PRIVILEGES ON *.* TO 'root'@'%' WITH GRANT OPTION; FLUSH PRIVILEGES;"`
    },
    { run: 'mysql -u root -S "$MYSQL_SOCKET" < samples/bookinfo/src/mysql/mysqldb-init.sql' },
    { run: 'mysql -u root -S "$MYSQL_SOCKET" test -e "select * from ratings;"', see: /1\t5\n2\t4\n/ },
    {
      run: 'mysql -u root -S "$MYSQL_SOCKET" test -e "update ratings set rating=1 where reviewid=1;select * from ratings;"',
      see: /1\t1\n2\t4\n/
    },
    { run: 'kubectl create namespace vm' },
    { run: serveMachine },
    apply(`${kube}/bookinfo-ratings-v2-mysql-vm.yaml`),
    apply(`${networking}/virtual-service-ratings-mysql-vm.yaml`),
    { run: 'kubectl rollout status deployment/ratings-v2-mysql-vm --timeout=120s' },
    { run: `${page} | grep -o 'aria-label="[0-9] of 5 stars'`, see: /1 of[^]*4 of/ },
    { run: `kubectl delete -f ${kube}/bookinfo-ratings-v2-mysql-vm.yaml` },
    { run: `kubectl delete -f ${networking}/virtual-service-ratings-mysql-vm.yaml` }
  ],
  'tasks/observability/metrics/tcp-metrics': [
    { run: `kubectl apply --dry-run=server -f ${kube}/bookinfo-ratings-v2.yaml`, see: /ratings-v2 created/ },
    { run: `kubectl apply --dry-run=server -f ${kube}/bookinfo-db.yaml`, see: /mongodb-v1 created/ },
    { run: `kubectl apply --dry-run=server -f ${networking}/virtual-service-ratings-db.yaml`, see: /ratings/ }
  ]
}

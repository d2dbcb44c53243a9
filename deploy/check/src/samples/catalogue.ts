import { at, list, type JsonObject } from '../json.ts'
import { toManifest, type Manifest } from '../manifest.ts'
import { objectAt, type Sources } from './sources.ts'

const SERVICES = ['details', 'ratings', 'reviews', 'productpage']

/** The samples by their path below `samples/bookinfo`, which is the original's. Files that are not here are written by hand. */
export function sampleFiles(sources: Sources): Record<string, Manifest[]> {
  return { ...platform(sources), ...networking(sources), ...gatewayApi(sources) }
}

function platform({ suite, dualStack, lesson, file }: Sources): Record<string, Manifest[]> {
  const whole = SERVICES.flatMap((app) => serviceOf(suite, app))
  const dual = SERVICES.flatMap((app) => serviceOf(dualStack, app)).map(requireBothFamilies)
  const named = (kind: string, name: string) => suite.filter((each) => each.kind === kind && each.name === name)
  const account = (name: string) => named('ServiceAccount', `bookinfo-${name}`)
  const database = (app: string) =>
    suite.filter(({ labels, name }) => labels['app'] === app || name.endsWith(`-${app}`))
  const ratings = (version: string) => [...account(`ratings-${version}`), ...named('Deployment', `ratings-${version}`)]
  const details2 = lesson('egress/details-v2-google-books.yaml').filter(({ kind }) => kind === 'Deployment')
  return inFolder('platform/kube', {
    'bookinfo.yaml': whole,
    'bookinfo-psa.yaml': whole,
    'bookinfo-dualstack.yaml': dual,
    'bookinfo-versions.yaml': suite.filter(
      ({ kind, name }) => kind === 'Service' && /^(?!ratings-v2).*-v\d$/.test(name)
    ),
    'bookinfo-waypoints.yaml': SERVICES.flatMap((app) => named('Service', app)).flatMap((service) => [
      withWaypoint(service),
      ...file('overlays/ambient/waypoint.yaml').map((each) => renamed(each, waypointOf(service)))
    ]),
    'bookinfo-details.yaml': serviceOf(suite, 'details'),
    'bookinfo-details-dualstack.yaml': dual.filter(isOf('details')),
    'bookinfo-details-v2.yaml': [...account('details'), ...details2],
    'bookinfo-ratings.yaml': serviceOf(suite, 'ratings'),
    'bookinfo-ratings-dualstack.yaml': dual.filter(isOf('ratings')),
    'bookinfo-ratings-discovery.yaml': named('Service', 'ratings'),
    'bookinfo-ratings-discovery-dualstack.yaml': dual.filter(isOf('ratings')).filter(({ kind }) => kind === 'Service'),
    'bookinfo-ratings-v2.yaml': ratings('v2'),
    'bookinfo-ratings-v2-mysql.yaml': ratings('v2-mysql'),
    'bookinfo-ratings-v2-mysql-vm.yaml': [credentials('mysql'), ...ratings('v2-mysql-vm').map(callMachine)],
    'bookinfo-reviews-v2.yaml': [...account('reviews'), ...named('Deployment', 'reviews-v2')],
    'bookinfo-db.yaml': [
      credentials('mongodb', { url: 'mongodb://bookinfo:password@mongodb:27017/test' }),
      ...database('mongodb'),
      ...suite.filter(({ name }) => name.startsWith('mongodb-init'))
    ],
    'bookinfo-mysql.yaml': [credentials('mysql'), ...database('mysqldb')],
    'bookinfo-ingress.yaml': named('Ingress', 'bookinfo').map((ingress) => renamed(ingress, 'gateway')),
    'productpage-nodeport.yaml': named('Service', 'productpage').map((each) => withSpec(each, { type: 'NodePort' }))
  })
}

function networking({ suite, lesson, file }: Sources): Record<string, Manifest[]> {
  const rules = suite.filter(({ kind }) => kind === 'DestinationRule').map(withAllSubsets)
  const mutual = { trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } } }
  const fromLesson = (to: string, from: string) => [`virtual-service-${to}.yaml`, lesson(`${from}.yaml`)] as const
  const details2 = lesson('egress/details-v2-google-books.yaml').filter(({ kind }) => kind === 'VirtualService')
  const services = [
    fromLesson('all-v1', 'routing/all-v1'),
    fromLesson('ratings-db', 'databases/ratings-mongodb'),
    fromLesson('ratings-mysql', 'databases/ratings-mysql'),
    fromLesson('ratings-mysql-vm', 'databases/ratings-mysql-vm'),
    fromLesson('ratings-test-abort', 'faults/ratings-test-abort'),
    fromLesson('ratings-test-delay', 'faults/ratings-test-delay'),
    fromLesson('reviews-50-v3', 'shifting/reviews-50-v3'),
    fromLesson('reviews-80-20', 'shifting/reviews-80-20'),
    fromLesson('reviews-90-10', 'shifting/reviews-90-10'),
    fromLesson('reviews-jason-v2-v3', 'routing/reviews-jason-v2-v3'),
    fromLesson('reviews-test-v2', 'routing/reviews-test-v2'),
    fromLesson('reviews-v2-v3', 'shifting/reviews-v2-v3'),
    fromLesson('reviews-v3', 'shifting/reviews-v3')
  ]
  return inFolder('networking', {
    ...Object.fromEntries(services),
    'virtual-service-details-v2.yaml': details2,
    'bookinfo-gateway.yaml': file('overlays/istio/gateway.yaml'),
    'destination-rule-all.yaml': rules,
    'destination-rule-all-mtls.yaml': rules.map((rule) => withSpec(rule, mutual)),
    'destination-rule-reviews.yaml': lesson('resilience/random.yaml'),
    'egress-rule-google-apis.yaml': lesson('egress/details-v2-tls-origination.yaml'),
    'fault-injection-details-v1.yaml': [
      ...lesson('faults/details-abort.yaml'),
      ...rules.filter(({ name }) => name === 'details')
    ]
  })
}

function gatewayApi({ lesson, file }: Sources): Record<string, Manifest[]> {
  return inFolder('gateway-api', {
    'bookinfo-gateway.yaml': [
      ...file('components/gateway/gateway.yaml'),
      ...file('components/gateway/http-route.yaml')
    ],
    'route-all-v1.yaml': lesson('routing/all-v1.gateway-api.yaml'),
    'route-reviews-50-v3.yaml': lesson('shifting/reviews-50-v3.gateway-api.yaml'),
    'route-reviews-90-10.yaml': lesson('shifting/reviews-90-10.gateway-api.yaml'),
    'route-reviews-v1.yaml': lesson('shifting/reviews-v1.gateway-api.yaml'),
    'route-reviews-v3.yaml': lesson('shifting/reviews-v3.gateway-api.yaml')
  })
}

function inFolder(folder: string, files: Record<string, Manifest[]>): Record<string, Manifest[]> {
  return Object.fromEntries(Object.entries(files).map(([name, manifests]) => [`${folder}/${name}`, manifests]))
}

/** Service, account and Deployments of one service, without versions that need a database and without Services by version. */
function serviceOf(suite: readonly Manifest[], app: string): Manifest[] {
  const order = ['Service', 'ServiceAccount', 'Deployment']
  return suite
    .filter(isOf(app))
    .filter(({ kind, name }) => order.includes(kind) && (kind !== 'Service' || name === app))
    .filter(({ name }) => !name.startsWith('ratings-v2'))
    .toSorted((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind) || one.name.localeCompare(other.name))
}

function isOf(app: string): (manifest: Manifest) => boolean {
  return ({ labels }) => labels['app'] === app || labels['account'] === app
}

function withSpec({ body }: Manifest, fields: JsonObject): Manifest {
  return toManifest({ ...body, spec: { ...fields, ...objectAt(body, 'spec') } })
}

function waypointOf({ name }: Manifest): string {
  return `${name}-svc-waypoint`
}

/** Each Service has a waypoint of its own. The pods are those of bookinfo.yaml, which is applied before. */
function withWaypoint(service: Manifest): Manifest {
  const labels = { ...service.labels, 'istio.io/use-waypoint': waypointOf(service) }
  return toManifest({ ...service.body, metadata: { ...objectAt(service.body, 'metadata'), labels } })
}

function renamed({ body }: Manifest, name: string): Manifest {
  return toManifest({ ...body, metadata: { ...objectAt(body, 'metadata'), name } })
}

/** The original lets details and ratings prefer IPv6, and the others IPv4, to show both. */
function requireBothFamilies(manifest: Manifest): Manifest {
  if (manifest.kind !== 'Service') return manifest
  const prefersIpv6 = ['details', 'ratings'].includes(manifest.name)
  const ipFamilies = prefersIpv6 ? ['IPv6', 'IPv4'] : ['IPv4', 'IPv6']
  const { ipFamilyPolicy: _, ...spec } = objectAt(manifest.body, 'spec')
  return toManifest({ ...manifest.body, spec: { ipFamilyPolicy: 'RequireDualStack', ipFamilies, ...spec } })
}

/** The subsets of all samples: versions that a later file of a lesson adds are there from the beginning. */
function withAllSubsets(rule: Manifest): Manifest {
  const more = rule.name === 'details' ? ['v2'] : rule.name === 'ratings' ? ['v2-mysql-vm'] : []
  const subsets = [...list(at(rule.body, 'spec.subsets')), ...more.map((name) => ({ name, labels: { version: name } }))]
  return toManifest({ ...rule.body, spec: { ...objectAt(rule.body, 'spec'), subsets } })
}

/** The lesson on virtual machines keeps the database in a namespace of its own, and gives rights to root alone. */
function callMachine(manifest: Manifest): Manifest {
  if (manifest.kind !== 'Deployment') return manifest
  const spec = JSON.stringify(manifest.body)
    .replace('"value":"mysqldb"', '"value":"mysqldb.vm.svc.cluster.local"')
    .replace('"name":"MYSQL_DB_USER","value":"bookinfo"', '"name":"MYSQL_DB_USER","value":"root"')
  const changed: JsonObject = JSON.parse(spec)
  return toManifest(changed)
}

/** A password that everybody knows, as in the original: samples are for an afternoon. The overlays have none. */
function credentials(database: string, more: Record<string, string> = {}): Manifest {
  return toManifest({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: `${database}-credentials` },
    stringData: { rootpasswd: 'password', password: 'password', ...more }
  })
}

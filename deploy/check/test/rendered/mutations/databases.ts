import { add, drop, remove, set } from './mutate.ts'
import { container, devices, pod, seed, type Mutation } from './mutation.ts'

const server = 'StatefulSet/mysqldb-v1'
const ratings = 'Deployment/ratings-v2-mysql'
const machine = 'VirtualMachine/mysqldb-v1-vm'
const guarded = 'istio with databases and everything'

/** In databases, and in the ratings that use them. */
export const databaseMutations: readonly Mutation[] = [
  seed('database-calls', 'no policy', 'istio-databases', drop('AuthorizationPolicy/mysqldb')),
  seed(
    'database-calls',
    'ratings v1 in the policy',
    'istio-databases',
    set('AuthorizationPolicy/mysqldb', 'spec/rules/0/from/0/source/serviceAccounts/-', 'bookinfo-ratings')
  ),
  seed(
    'database-calls',
    'another port',
    'istio-databases',
    set('AuthorizationPolicy/mongodb', 'spec/rules/0/to/0/operation/ports/0', '27018')
  ),
  seed('database-calls', 'every port', 'istio-databases', remove('AuthorizationPolicy/postgresdb', 'spec/rules/0/to')),
  seed(
    'database-calls',
    'an HTTP method where there is no HTTP',
    'istio-databases',
    set('AuthorizationPolicy/mysqldb', 'spec/rules/0/to/0/operation/methods', ['GET'])
  ),
  seed(
    'database-calls',
    'ratings v2 with the account of v1',
    'istio-databases',
    set(ratings, `${pod}/serviceAccountName`, 'bookinfo-ratings')
  ),
  seed(
    'database-calls',
    'a waypoint in between',
    'ambient with ratings in MySQL',
    remove('Service/mysqldb', 'metadata/labels/istio.io~1use-waypoint')
  ),
  seed(
    'policy-calls',
    'ratings v2 may call details',
    'istio-databases',
    set('AuthorizationPolicy/details', 'spec/rules/0/from/0/source/serviceAccounts/-', 'bookinfo-ratings-v2')
  ),
  seed(
    'database-network',
    'all of ratings may reach it',
    guarded,
    remove('NetworkPolicy/mysqldb', 'spec/ingress/0/from/0/podSelector/matchExpressions')
  ),
  seed('database-network', 'no way to it', guarded, drop('NetworkPolicy/ratings-to-mongodb')),
  seed(
    'database-network',
    'a way out of it',
    guarded,
    set('NetworkPolicy/mysqldb', 'spec/egress', [
      { to: [{ podSelector: { matchLabels: { app: 'mongodb' } } }], ports: [{ port: 27017 }] }
    ])
  ),
  seed(
    'database-port-name',
    "the original's name, which means that Istio reads along",
    'istio-databases',
    set('Service/mongodb', 'spec/ports/0/name', 'mongo')
  ),
  seed(
    'database-port-name',
    'a name of HTTP',
    'istio-databases',
    set('Service/mysqldb', 'spec/ports/0/name', 'http-mysql')
  ),
  seed(
    'database-password',
    "the original's password in clear",
    'istio-databases',
    set(ratings, `${container}/env/-`, { name: 'MYSQL_DB_PASSWORD', value: 'password' })
  ),
  seed(
    'database-password',
    'an address with a password in clear',
    'istio-databases',
    set('Deployment/ratings-v2', `${container}/env/1`, { name: 'MONGO_DB_URL', value: 'mongodb://u:p@mongodb/test' })
  ),
  seed(
    'database-setting',
    'a misspelt variable of the image',
    'istio-databases',
    set(server, `${container}/env/2/name`, 'MYSQL_PASSWD_FILE')
  ),
  seed(
    'database-storage',
    'data in a folder that goes with the pod, as in the original',
    'istio-databases',
    remove(server, `${container}/volumeMounts/0`)
  ),
  seed(
    'database-storage',
    'a machine without a claim for its data',
    'kubevirt-databases',
    drop('PersistentVolumeClaim/mysqldb-data')
  ),
  seed(
    'database-storage',
    'a disk that the machine does not know',
    'kubevirt-databases',
    remove(machine, `${devices}/disks/1/serial`)
  ),
  seed(
    'database-service',
    'a Service that is not headless',
    'istio-databases',
    remove('Service/postgresdb', 'spec/clusterIP')
  ),
  seed(
    'pod-user-number',
    'no number for a user with a name',
    'istio-databases',
    remove(server, `${pod}/securityContext/runAsUser`)
  ),
  seed(
    'pod-user-number',
    'a volume that belongs to root',
    'istio-databases',
    remove(server, `${pod}/securityContext/fsGroup`)
  ),
  seed(
    'pod-user-free',
    'a database with its own user on OpenShift',
    'openshift with databases',
    set(server, `${pod}/securityContext/runAsUser`, 999)
  ),
  seed(
    'pod-read-only-root',
    'a database that can write to its image',
    'istio-databases',
    remove(server, `${container}/securityContext/readOnlyRootFilesystem`)
  ),
  seed(
    'setting-host',
    'a database that nobody is',
    'istio-databases',
    set(ratings, `${container}/env/1/value`, 'mysql')
  ),
  seed(
    'setting-host',
    'a database at another port',
    'istio-databases',
    set(ratings, `${container}/env/-`, { name: 'MYSQL_DB_PORT', value: '3307' })
  ),
  seed(
    'setting-known',
    "another library's name for the password",
    'istio-databases',
    set(ratings, `${container}/env/3/name`, 'MYSQL_PASSWORD_FILE')
  ),
  seed(
    'setting-value',
    'a database of another kind',
    'istio-databases',
    set(ratings, `${container}/env/0/value`, 'mariadb')
  ),
  seed(
    'secret-key',
    'a key that the Secret has not',
    'istio-databases',
    set(ratings, `${pod}/volumes/0/secret/items/0/key`, 'passwd')
  ),
  seed(
    'config-and-secrets',
    'a Secret that nobody makes',
    'istio-databases',
    set(ratings, `${pod}/volumes/0/secret/secretName`, 'mysql-credential')
  ),
  seed(
    'volume-mounts',
    'a claim of another name',
    'istio-databases',
    set(server, 'spec/volumeClaimTemplates/0/metadata/name', 'storage')
  ),
  seed(
    'image-of-version',
    'ratings v1, which keep nothing',
    'istio-databases',
    set(ratings, `${container}/image`, 'examples-bookinfo-ratings-v1:0.1.0')
  ),
  seed(
    'vm-account',
    'the account of the other machine',
    'kubevirt-databases',
    set(machine, `${pod}/serviceAccountName`, 'bookinfo-details')
  ),
  seed(
    'vm-probe-port',
    'a probe at an unlisted port',
    'kubevirt-databases',
    set(machine, `${pod}/readinessProbe/tcpSocket/port`, 33060)
  ),
  seed('vm-disks', 'data without their disk', 'kubevirt-databases', remove(machine, `${devices}/disks/1`)),
  seed(
    'mesh-subset',
    'no subset for the database',
    'istio-databases',
    add({
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name: 'ratings', namespace: 'bookinfo' },
      spec: { hosts: ['ratings'], http: [{ route: [{ destination: { host: 'ratings', subset: 'v2-maria' } }] }] }
    })
  )
]

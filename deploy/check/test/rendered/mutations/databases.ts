import { add, drop, remove, set } from './mutate.ts'
import { container, devices, pod, mutationsOn } from './mutation.ts'

const server = 'StatefulSet/mysqldb-v1'
const ratings = 'Deployment/ratings-v2-mysql'
const machine = 'VirtualMachine/mysqldb-v1-vm'

/** In databases, and in the ratings that use them. */
export const databaseMutations = mutationsOn({
  'istio-databases': {
    'database-calls': {
      'no policy': drop('AuthorizationPolicy/mysqldb'),
      'ratings v1 in the policy': set(
        'AuthorizationPolicy/mysqldb',
        'spec/rules/0/from/0/source/serviceAccounts/-',
        'bookinfo-ratings'
      ),
      'another port': set('AuthorizationPolicy/mongodb', 'spec/rules/0/to/0/operation/ports/0', '27018'),
      'every port': remove('AuthorizationPolicy/postgresdb', 'spec/rules/0/to'),
      'an HTTP method where there is no HTTP': set(
        'AuthorizationPolicy/mysqldb',
        'spec/rules/0/to/0/operation/methods',
        ['GET']
      ),
      'ratings v2 with the account of v1': set(ratings, `${pod}/serviceAccountName`, 'bookinfo-ratings')
    },
    'policy-calls': {
      'ratings v2 may call details': set(
        'AuthorizationPolicy/details',
        'spec/rules/0/from/0/source/serviceAccounts/-',
        'bookinfo-ratings-v2'
      )
    },
    'database-port-name': {
      "the original's name, which means that Istio reads along": set('Service/mongodb', 'spec/ports/0/name', 'mongo'),
      'a name of HTTP': set('Service/mysqldb', 'spec/ports/0/name', 'http-mysql')
    },
    'database-password': {
      "the original's password in clear": set(ratings, `${container}/env/-`, {
        name: 'MYSQL_DB_PASSWORD',
        value: 'password'
      }),
      'an address with a password in clear': set('Deployment/ratings-v2', `${container}/env/1`, {
        name: 'MONGO_DB_URL',
        value: 'mongodb://u:p@mongodb/test'
      })
    },
    'database-setting': {
      'a misspelt variable of the image': set(server, `${container}/env/2/name`, 'MYSQL_PASSWD_FILE')
    },
    'database-storage': {
      'data in a folder that goes with the pod, as in the original': remove(server, `${container}/volumeMounts/0`)
    },
    'claim-defaults': { 'a claim without its status': remove(server, 'spec/volumeClaimTemplates/0/status') },
    'database-service': { 'a Service that is not headless': remove('Service/postgresdb', 'spec/clusterIP') },
    'pod-user-number': {
      'no number for a user with a name': remove(server, `${pod}/securityContext/runAsUser`),
      'a volume that belongs to root': remove(server, `${pod}/securityContext/fsGroup`)
    },
    'pod-read-only-root': {
      'a database that can write to its image': remove(server, `${container}/securityContext/readOnlyRootFilesystem`)
    },
    'setting-host': {
      'a database that does not exist': set(ratings, `${container}/env/1/value`, 'mysql'),
      'a database at another port': set(ratings, `${container}/env/-`, { name: 'MYSQL_DB_PORT', value: '3307' })
    },
    'setting-known': {
      "another library's name for the password": set(ratings, `${container}/env/3/name`, 'MYSQL_PASSWORD_FILE')
    },
    'setting-value': { 'a database of another kind': set(ratings, `${container}/env/0/value`, 'mariadb') },
    'secret-key': { 'a key that the Secret has not': set(ratings, `${pod}/volumes/0/secret/items/0/key`, 'passwd') },
    'config-and-secrets': {
      'a Secret that nobody makes': set(ratings, `${pod}/volumes/0/secret/secretName`, 'mysql-credential')
    },
    'volume-mounts': { 'a claim of another name': set(server, 'spec/volumeClaimTemplates/0/metadata/name', 'storage') },
    'image-of-version': {
      'ratings v1, which keep nothing': set(ratings, `${container}/image`, 'examples-bookinfo-ratings-v1:0.1.0')
    },
    'mesh-subset': {
      'no subset for the database': add({
        apiVersion: 'networking.istio.io/v1',
        kind: 'VirtualService',
        metadata: { name: 'ratings', namespace: 'bookinfo' },
        spec: { hosts: ['ratings'], http: [{ route: [{ destination: { host: 'ratings', subset: 'v2-maria' } }] }] }
      })
    }
  },
  'ambient with ratings in MySQL': {
    'database-calls': { 'a waypoint in between': remove('Service/mysqldb', 'metadata/labels/istio.io~1use-waypoint') }
  },
  'istio with databases and everything': {
    'database-network': {
      'all of ratings may reach it': remove(
        'NetworkPolicy/mysqldb',
        'spec/ingress/0/from/0/podSelector/matchExpressions'
      ),
      'no way to it': drop('NetworkPolicy/ratings-to-mongodb'),
      'a way out of it': set('NetworkPolicy/mysqldb', 'spec/egress', [
        { to: [{ podSelector: { matchLabels: { app: 'mongodb' } } }], ports: [{ port: 27017 }] }
      ])
    }
  },
  'kubevirt-databases': {
    'database-storage': {
      'a machine without a claim for its data': drop('PersistentVolumeClaim/mysqldb-data'),
      'a disk that the machine does not know': remove(machine, `${devices}/disks/1/serial`)
    },
    'vm-account': { 'the account of the other machine': set(machine, `${pod}/serviceAccountName`, 'bookinfo-details') },
    'vm-probe-port': { 'a probe at an unlisted port': set(machine, `${pod}/readinessProbe/tcpSocket/port`, 33060) },
    'vm-disks': { 'data without their disk': remove(machine, `${devices}/disks/1`) }
  },
  'openshift with databases': {
    'pod-user-free': {
      'a database with its own user on OpenShift': set(server, `${pod}/securityContext/runAsUser`, 999)
    }
  }
})

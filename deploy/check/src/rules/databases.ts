import { serviceNames } from '@bookinfo/contracts'
import { databases, PORT } from '../facts.ts'
import { at, type Json, list, text } from '../json.ts'
import { title } from '../manifest.ts'
import { containers, find, ofKind, type Workload, workloads, type World } from '../world.ts'
import { mayEnter, mayLeave } from './network.ts'
import type { Rule } from './rule.ts'

/** Databases of ratings v2. Who may call them in a mesh is in authorization.ts. */
export const databaseRules: readonly Rule[] = [
  {
    name: 'database-network',
    why: 'packets may go between a database and a pod that does not use it, or not to one that does',
    check: (world) => {
      if (!world.expect.networkPolicies) return []
      const pods = workloads(world).filter(({ labels }) => isOneOf(serviceNames, labels['app']) || databaseOf(labels))
      return pods.flatMap((from) =>
        pods.flatMap((to) => {
          const database = databaseOf(to.labels)
          if (from === to || !(database || databaseOf(from.labels))) return []
          const port = database?.port ?? PORT
          const needed = from.labels['app'] === 'ratings' && isOneOf(database?.versions ?? [], from.labels['version'])
          const leaves = mayLeave(world, from, to, port)
          // productpage is open to all: it is the door.
          const enters = to.labels['app'] === 'productpage' ? leaves : mayEnter(world, from, to, port)
          if (leaves === needed && enters === needed) return []
          return [
            `${title(from.manifest)} → ${title(to.manifest)}:${port}: ${needed ? 'refused, and needed' : 'allowed, and not needed'}`
          ]
        })
      )
    }
  },
  {
    name: 'database-port-name',
    why: 'the sidecar waits for the client to speak first, and the server of a database does',
    check: (world) =>
      databases.flatMap(({ name, port }) => {
        const service = find(world, 'Service', name)
        if (!service) return []
        const found = list(at(service.body, 'spec.ports')).find((each) => at(each, 'port') === port)
        if (!found) return [`${title(service)}: has no port ${port}`]
        return /^tcp(-|$)/.test(text(at(found, 'appProtocol')) || text(at(found, 'name')))
          ? []
          : [`${title(service)}: port ${port} is not named tcp`]
      })
  },
  {
    name: 'database-password',
    why: 'everybody who may see pods or manifests knows the password',
    check: (world) =>
      workloads(world).flatMap((workload) =>
        containers(workload)
          .flatMap((container) => list(at(container, 'env')))
          .filter((each) => /(PASSWORD|PASSWD|SECRET|MONGO_DB_URL)$/.test(text(at(each, 'name'))))
          .filter((each) => at(each, 'value') !== undefined)
          .map((each) => `${title(workload.manifest)}: ${text(at(each, 'name'))} is in clear`)
      )
  },
  {
    name: 'database-setting',
    why: "an image's entrypoint does not read it: the database starts without that password, or with data that nobody may read",
    check: (world) =>
      workloads(world)
        .filter(({ labels }) => databaseOf(labels))
        .flatMap((workload) =>
          containers(workload).flatMap((container) => {
            const image = /([a-z]+):[^:/]*$/.exec(text(at(container, 'image')))?.[1] ?? ''
            const known = settingsOfImages[image] ?? []
            return list(at(container, 'env'))
              .map((each) => text(at(each, 'name')))
              .filter((name) => !known.includes(name))
              .map((name) => `${title(workload.manifest)}: no setting of the image ${image} is named ${name}`)
          })
        )
  },
  {
    name: 'database-storage',
    why: 'the stars of readers are lost with the pod',
    check: (world) =>
      workloads(world)
        .filter(({ labels }) => databaseOf(labels))
        .flatMap(({ manifest, runtime, spec }) => {
          if (runtime === 'vm') return machineStorage(world, spec).map((finding) => `${title(manifest)}: ${finding}`)
          const claims = list(at(manifest.body, 'spec.volumeClaimTemplates')).map((claim) => at(claim, 'metadata.name'))
          const mounts = list(at(spec, 'containers')).flatMap((container) => list(at(container, 'volumeMounts')))
          return mounts.some((mount) => claims.includes(at(mount, 'name')))
            ? []
            : [`${title(manifest)}: mounts no claim for its data`]
        })
  },
  {
    name: 'claim-defaults',
    why: 'the API server adds the defaults, and every server-side apply changes the object again',
    check: (world) =>
      ofKind(world, 'StatefulSet').flatMap((set) =>
        list(at(set.body, 'spec.volumeClaimTemplates')).flatMap((claim) =>
          ['apiVersion', 'kind', 'spec.volumeMode', 'status.phase']
            .filter((field) => at(claim, field) === undefined)
            .map((field) => `${title(set)}: ${field} of a claim is not written out`)
        )
      )
  },
  {
    name: 'database-service',
    why: 'a StatefulSet names its pods after that Service, and DNS finds them by it alone',
    check: (world) =>
      ofKind(world, 'StatefulSet').flatMap((set) => {
        const name = text(at(set.body, 'spec.serviceName'))
        const service = find(world, 'Service', name)
        if (!service) return [`${title(set)}: there is no Service ${name}`]
        return at(service.body, 'spec.clusterIP') === 'None' ? [] : [`${title(set)}: Service ${name} is not headless`]
      })
  }
]

/** The image knows the disk by the serial `data`; KubeVirt writes to the claim. */
function machineStorage(world: World, spec: Json | undefined): string[] {
  const disk = list(at(spec, 'domain.devices.disks')).find((each) => at(each, 'serial') === 'data')
  if (!disk) return ['has no disk with the serial data']
  const volume = list(at(spec, 'volumes')).find((each) => at(each, 'name') === at(disk, 'name'))
  const claim = text(at(volume, 'persistentVolumeClaim.claimName'))
  return find(world, 'PersistentVolumeClaim', claim) ? [] : [`there is no PersistentVolumeClaim ${claim} for its data`]
}

function databaseOf(labels: Workload['labels']) {
  return databases.find(({ name }) => name === labels['app'])
}

function isOneOf(names: readonly string[], name: string | undefined): boolean {
  return name !== undefined && names.includes(name)
}

/** What is used of what the images' documentation lists: https://hub.docker.com/_/mariadb, `_/mongo`, `_/postgres`. */
const settingsOfImages: Record<string, readonly string[]> = {
  mariadb: [
    'MARIADB_DATABASE',
    'MARIADB_USER',
    'MARIADB_PASSWORD_FILE',
    'MARIADB_ROOT_PASSWORD_FILE',
    'MARIADB_ROOT_HOST'
  ],
  mongo: ['MONGO_INITDB_ROOT_USERNAME', 'MONGO_INITDB_ROOT_PASSWORD_FILE', 'HOME'],
  postgres: ['POSTGRES_PASSWORD_FILE', 'POSTGRES_USER', 'POSTGRES_DB', 'PGDATA']
}

import { serviceNames } from '@bookinfo/contracts'
import { databases, PORT } from '../facts.ts'
import { at, type Json, list, text } from '../json.ts'
import { title } from '../manifest.ts'
import { containers, find, ofKind, type Workload, workloads, type World } from '../world.ts'
import { mayEnter, mayLeave } from './network.ts'
import { defineRule, type Rule } from './rule.ts'

/** Databases of ratings v2. authorization.ts checks who may call them in a mesh. */
export const databaseRules: readonly Rule[] = [
  defineRule('database-network', 'the network lets other pods reach a database, or blocks its own service', (world) => {
    if (!world.expect.networkPolicies) return []
    const pods = workloads(world).filter(({ labels }) => isOneOf(serviceNames, labels['app']) || databaseOf(labels))
    return pods.flatMap((from) =>
      pods.flatMap((to) => {
        const database = databaseOf(to.labels)
        if (from === to || !(database || databaseOf(from.labels))) return []
        const port = database?.port ?? PORT
        const needed = from.labels['app'] === 'ratings' && isOneOf(database?.versions ?? [], from.labels['version'])
        const leaves = mayLeave(world, from, to, port)
        // Everybody may enter productpage: gateways and ingress controllers may be anywhere in the cluster.
        const enters = to.labels['app'] === 'productpage' ? leaves : mayEnter(world, from, to, port)
        if (leaves === needed && enters === needed) return []
        return [
          `${title(from.manifest)} → ${title(to.manifest)}:${port}: ${needed ? 'refused, and needed' : 'allowed, and not needed'}`
        ]
      })
    )
  }),
  defineRule('database-port-name', 'the sidecar waits for the client to speak first, but the server does', (world) =>
    databases.flatMap(({ name, port }) => {
      const service = find(world, 'Service', name)
      if (!service) return []
      const found = list(at(service.body, 'spec.ports')).find((each) => at(each, 'port') === port)
      if (!found) return [`${title(service)}: has no port ${port}`]
      return /^tcp(-|$)/.test(text(at(found, 'appProtocol')) || text(at(found, 'name')))
        ? []
        : [`${title(service)}: port ${port} is not named tcp`]
    })
  ),
  defineRule('database-password', 'everybody who may see pods or manifests knows the password', (world) =>
    workloads(world).flatMap((workload) =>
      containers(workload)
        .flatMap((container) => list(at(container, 'env')))
        .filter((each) => /(PASSWORD|PASSWD|SECRET|MONGO_DB_URL)$/.test(text(at(each, 'name'))))
        .filter((each) => at(each, 'value') !== undefined)
        .map((each) => `${title(workload.manifest)}: ${text(at(each, 'name'))} is in clear`)
    )
  ),
  defineRule('database-setting', 'the image ignores the setting, such as a password', (world) =>
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
  ),
  defineRule('database-storage', 'the stars of readers are lost with the pod', (world) =>
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
  ),
  defineRule('claim-defaults', 'every server-side apply changes the object, to add the defaults again', (world) =>
    ofKind(world, 'StatefulSet').flatMap((set) =>
      list(at(set.body, 'spec.volumeClaimTemplates')).flatMap((claim) =>
        ['apiVersion', 'kind', 'spec.volumeMode', 'status.phase']
          .filter((field) => at(claim, field) === undefined)
          .map((field) => `${title(set)}: ${field} of a claim is not written out`)
      )
    )
  ),
  defineRule('database-service', 'DNS finds the pods of a StatefulSet only by that Service', (world) =>
    ofKind(world, 'StatefulSet').flatMap((set) => {
      const name = text(at(set.body, 'spec.serviceName'))
      const service = find(world, 'Service', name)
      if (!service) return [`${title(set)}: there is no Service ${name}`]
      return at(service.body, 'spec.clusterIP') === 'None' ? [] : [`${title(set)}: Service ${name} is not headless`]
    })
  )
]

/** The image finds its data disk by the serial `data`. KubeVirt stores the disk in a claim. */
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

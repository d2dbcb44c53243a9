import { at, list, objectsIn, show, text, type Json } from '../json.ts'
import { selects, selectsByLabels, title, type Manifest } from '../manifest.ts'
import { containers, find, NAMESPACE, ofKind, workloads, type World } from '../world.ts'
import type { Rule } from './rule.ts'

/** Secrets that a person makes, because nobody else may know them: README.md says how. */
const secretsByHand = ['bookinfo-session']

/** Kinds that belong to no namespace. */
const clusterWide = ['Namespace', 'IstioOperator']

/** Every name that one object calls another by leads somewhere. */
export const referenceRules: readonly Rule[] = [
  {
    name: 'unique-name',
    why: 'the second object replaces the first',
    check: ({ manifests }) => {
      const seen = new Set<string>()
      return manifests.flatMap((manifest) => {
        const key = `${manifest.apiVersion.split('/')[0]} ${title(manifest)}`
        const known = seen.has(key)
        seen.add(key)
        return known ? [`${title(manifest)}: is there twice`] : []
      })
    }
  },
  {
    name: 'namespace',
    why: 'what is in another namespace is not found',
    check: ({ manifests, target }) =>
      target === 'base'
        ? []
        : manifests
            .filter(({ kind }) => !clusterWide.includes(kind))
            .filter(({ body }) => at(body, 'metadata.namespace') !== NAMESPACE)
            .map((manifest) => `${title(manifest)}: is not in the namespace ${NAMESPACE}`)
  },
  {
    name: 'deployment-selector',
    why: 'the API server refuses it',
    check: (world) =>
      workloads(world).flatMap(({ manifest, labels }) => {
        const selector = at(manifest.body, 'spec.selector')
        return selector === undefined || selects(selector, labels)
          ? []
          : [`${title(manifest)}: its selector does not select its own pods`]
      })
  },
  {
    name: 'service-selector',
    why: 'the Service has no endpoints',
    check: (world) =>
      ofKind(world, 'Service')
        .filter((service) => podsBehind(world, service).length === 0)
        .map((service) => `${title(service)}: selects no pods`)
  },
  {
    name: 'service-target-port',
    why: 'connections to the Service are refused',
    check: (world) =>
      ofKind(world, 'Service').flatMap((service) =>
        list(at(service.body, 'spec.ports')).flatMap((port) => {
          const target = at(port, 'targetPort') ?? at(port, 'port')
          return podsBehind(world, service)
            .filter(({ ports }) => !ports.some(({ name, number }) => name === target || number === target))
            .map(({ manifest }) => `${title(service)}: ${title(manifest)} has no port ${show(target)}`)
        })
      )
  },
  {
    name: 'service-account',
    why: 'the pod is not made',
    check: (world) =>
      workloads(world).flatMap(({ manifest, spec }) => {
        const account = text(at(spec, 'serviceAccountName'))
        return account === '' || find(world, 'ServiceAccount', account)
          ? []
          : [`${title(manifest)}: there is no ServiceAccount ${account}`]
      })
  },
  {
    name: 'config-and-secrets',
    why: 'the pod waits for a ConfigMap or a Secret that never comes',
    check: (world) =>
      workloads(world).flatMap(({ manifest, spec }) =>
        [...objectsIn(spec ?? null)].flatMap(({ object }) => [
          ...missing(world, manifest, 'ConfigMap', at(object, 'configMapRef.name')),
          ...missing(world, manifest, 'ConfigMap', at(object, 'configMapKeyRef.name')),
          ...missing(world, manifest, 'ConfigMap', at(object, 'configMap.name')),
          ...missing(world, manifest, 'Secret', at(object, 'secretRef.name')),
          ...missing(world, manifest, 'Secret', at(object, 'secretKeyRef.name')),
          ...missing(world, manifest, 'Secret', at(object, 'secret.secretName'))
        ])
      )
  },
  {
    name: 'volume-mounts',
    why: 'the pod is refused',
    check: (world) =>
      workloads(world).flatMap((workload) => {
        const volumes = [
          ...list(at(workload.spec, 'volumes')),
          ...list(at(workload.manifest.body, 'spec.volumeClaimTemplates')).map((claim) => at(claim, 'metadata') ?? null)
        ].map((volume) => at(volume, 'name'))
        return containers(workload)
          .flatMap((container) => list(at(container, 'volumeMounts')))
          .filter((mount) => !volumes.includes(at(mount, 'name')))
          .map((mount) => `${title(workload.manifest)}: mounts ${text(at(mount, 'name'))}, which is no volume`)
      })
  },
  {
    name: 'backend',
    why: 'what comes in from outside is answered 503',
    check: (world) => [
      ...ofKind(world, 'Ingress').flatMap((ingress) =>
        [...objectsIn(ingress.body)].flatMap(({ object }) =>
          'service' in object ? atService(world, ingress, at(object, 'service.name'), at(object, 'service.port')) : []
        )
      ),
      ...ofKind(world, 'HTTPRoute').flatMap((route) =>
        [...objectsIn(route.body)].flatMap(({ object }) =>
          [
            ...list(object['backendRefs']),
            ...(object['backendRef'] === undefined ? [] : [object['backendRef']])
          ].flatMap((backend) => atService(world, route, at(backend, 'name'), { number: at(backend, 'port') ?? null }))
        )
      ),
      ...ofKind(world, 'Route').flatMap((route) => {
        const name = text(at(route.body, 'spec.to.name'))
        // Istio makes a Service for each Gateway.
        const made = ofKind(world, 'Gateway').map(
          (gateway) => `${gateway.name}-${text(at(gateway.body, 'spec.gatewayClassName'))}`
        )
        return made.includes(name) || find(world, 'Service', name)
          ? []
          : [`${title(route)}: leads to ${name}, which nobody makes`]
      })
    ]
  },
  {
    name: 'route-parent',
    why: 'the route is attached to nothing',
    check: (world) =>
      ofKind(world, 'HTTPRoute').flatMap((route) => {
        const parents = list(at(route.body, 'spec.parentRefs'))
        if (parents.length === 0) return [`${title(route)}: has no parent`]
        return parents.flatMap((parent) => {
          const kind = text(at(parent, 'kind')) || 'Gateway'
          const group = at(parent, 'group') ?? 'gateway.networking.k8s.io'
          const name = text(at(parent, 'name'))
          if ((kind === 'Service') !== (group === ''))
            return [`${title(route)}: a ${kind} is not in the group "${show(group)}"`]
          const known = find(world, kind, name)
          if (!known) return [`${title(route)}: there is no ${kind} ${name}`]
          const port = at(parent, 'port')
          const ports = list(at(known.body, kind === 'Service' ? 'spec.ports' : 'spec.listeners')).map((each) =>
            at(each, 'port')
          )
          return port === undefined || ports.includes(port)
            ? []
            : [`${title(route)}: ${kind} ${name} has no port ${show(port)}`]
        })
      })
  },
  {
    name: 'autoscaler-target',
    why: 'the autoscaler scales nothing, or is overruled by the next apply',
    check: (world) =>
      ofKind(world, 'HorizontalPodAutoscaler').flatMap((scaler) => {
        const kind = text(at(scaler.body, 'spec.scaleTargetRef.kind'))
        const name = text(at(scaler.body, 'spec.scaleTargetRef.name'))
        const workload = workloads(world).find(({ manifest }) => manifest.kind === kind && manifest.name === name)
        if (!workload) return [`${title(scaler)}: there is no ${kind} ${name}`]
        const known =
          workload.runtime === 'vm'
            ? ['compute']
            : list(at(workload.spec, 'containers')).map((each) => text(at(each, 'name')))
        const version = text(at(scaler.body, 'spec.scaleTargetRef.apiVersion'))
        return [
          ...(version === workload.manifest.apiVersion ? [] : [`${title(scaler)}: ${kind} is not of ${version}`]),
          ...(at(workload.manifest.body, 'spec.replicas') === undefined
            ? []
            : [`${title(scaler)}: ${kind} ${name} has replicas, too`]),
          ...list(at(scaler.body, 'spec.metrics'))
            .map((metric) => at(metric, 'containerResource.container'))
            .filter((container) => container !== undefined && !known.includes(text(container)))
            .map((container) => `${title(scaler)}: ${kind} ${name} has no container ${text(container)}`)
        ]
      })
  },
  {
    name: 'autoscaler-alone',
    why: 'the autoscaler counts the pods of others, or finds none of the containers it asks about, and stops',
    check: (world) =>
      ofKind(world, 'HorizontalPodAutoscaler').flatMap((scaler) => {
        const kind = text(at(scaler.body, 'spec.scaleTargetRef.kind'))
        const target = find(world, kind, text(at(scaler.body, 'spec.scaleTargetRef.name')))
        return workloads(world)
          .filter(({ manifest, labels }) => manifest !== target && selects(at(target?.body, 'spec.selector'), labels))
          .filter(() => target !== undefined)
          .map(({ manifest }) => `${title(scaler)}: its target selects the pods of ${title(manifest)}, too`)
      })
  },
  {
    name: 'session-shared',
    why: 'whom one productpage has signed in, the next does not know',
    check: (world) =>
      ofKind(world, 'HorizontalPodAutoscaler')
        .filter((scaler) => at(scaler.body, 'spec.scaleTargetRef.name') === 'productpage-v1')
        .flatMap((scaler) => {
          const secret = workloads(world)
            .filter(({ manifest }) => manifest.name === 'productpage-v1')
            .flatMap(containers)
            .flatMap((container) => list(at(container, 'env')))
            .find((each) => at(each, 'name') === 'SESSION_SECRET')
          return at(secret, 'valueFrom.secretKeyRef.optional') === false
            ? []
            : [`${title(scaler)}: SESSION_SECRET may be missing`]
        })
  },
  {
    name: 'monitor',
    why: 'Prometheus scrapes nothing',
    check: (world) => [
      ...ofKind(world, 'ServiceMonitor').flatMap((monitor) => {
        const services = ofKind(world, 'Service').filter(
          ({ body, labels }) => at(body, 'spec') !== undefined && selects(at(monitor.body, 'spec.selector'), labels)
        )
        if (services.length === 0) return [`${title(monitor)}: selects no Service`]
        return list(at(monitor.body, 'spec.endpoints')).flatMap((endpoint) =>
          services
            .filter(
              ({ body }) => !list(at(body, 'spec.ports')).some((port) => at(port, 'name') === at(endpoint, 'port'))
            )
            .map((service) => `${title(monitor)}: ${title(service)} has no port ${show(at(endpoint, 'port'))}`)
        )
      }),
      ...ofKind(world, 'PodMonitor').flatMap((monitor) =>
        workloads(world).some(({ labels }) => selects(at(monitor.body, 'spec.selector'), labels))
          ? []
          : [`${title(monitor)}: selects no pods`]
      )
    ]
  }
]

function podsBehind(world: World, service: Manifest) {
  return workloads(world).filter(({ labels }) => selectsByLabels(at(service.body, 'spec.selector'), labels))
}

function missing(world: World, manifest: Manifest, kind: string, name: Json | undefined): string[] {
  if (typeof name !== 'string' || find(world, kind, name) || (kind === 'Secret' && secretsByHand.includes(name)))
    return []
  return [`${title(manifest)}: there is no ${kind} ${name}`]
}

function atService(world: World, manifest: Manifest, name: Json | undefined, port: Json | undefined): string[] {
  const service = find(world, 'Service', text(name))
  if (!service) return [`${title(manifest)}: there is no Service ${text(name)}`]
  const known = list(at(service.body, 'spec.ports')).some(
    (each) => at(each, 'port') === at(port, 'number') || at(each, 'name') === at(port, 'name')
  )
  return known ? [] : [`${title(manifest)}: Service ${text(name)} has no port ${JSON.stringify(port)}`]
}

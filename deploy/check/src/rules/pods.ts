import { serviceNames } from '@bookinfo/contracts'
import { at, dictionary, type Json, list, text, texts } from '../json.ts'
import { title } from '../manifest.ts'
import { bytes, milliCpu } from '../quantity.ts'
import { containers, machines, ofKind, type Workload, workloads, type World } from '../world.ts'
import { defineRule, type Rule } from './rule.ts'

/** Security and resources of pods. */
export const podRules: readonly Rule[] = [
  defineRule('pod-security-restricted', 'the namespace refuses the pod', (world) =>
    podsOf(world).flatMap((workload) => {
      const pod = at(workload.spec, 'securityContext')
      return [
        ...(text(at(pod, 'seccompProfile.type')) === 'RuntimeDefault' ? [] : ['no seccompProfile RuntimeDefault']),
        ...['hostNetwork', 'hostPID', 'hostIPC'].filter((name) => at(workload.spec, name) === true),
        ...list(at(workload.spec, 'volumes')).flatMap(hostVolume),
        ...containers(workload).flatMap((container) => unrestricted(container, pod))
      ].map((finding) => `${title(workload.manifest)}: ${finding}`)
    })
  ),
  defineRule('pod-user-free', 'OpenShift assigns users to each namespace, and refuses a pod that sets one', (world) =>
    podsOf(world)
      .filter((workload) => world.expect.platform === 'openshift' || !hasNamedUser(workload))
      .flatMap((workload) =>
        [workload.spec, ...containers(workload)].flatMap((place) =>
          ['runAsUser', 'runAsGroup', 'fsGroup']
            .filter((field) => at(place, `securityContext.${field}`) !== undefined)
            .map((field) => `${title(workload.manifest)}: ${field} is fixed`)
        )
      )
  ),
  defineRule('pod-user-number', 'the kubelet cannot tell whether a named user is root, and refuses the pod', (world) =>
    podsOf(world)
      .filter((workload) => world.expect.platform !== 'openshift' && hasNamedUser(workload))
      .flatMap(({ manifest, spec }) => [
        ...(Number(at(spec, 'securityContext.runAsUser') ?? 0) > 0 ? [] : [`${title(manifest)}: has no runAsUser`]),
        // Without it the volume belongs to root.
        ...(at(spec, 'securityContext.fsGroup') === undefined ? [`${title(manifest)}: has no fsGroup`] : [])
      ])
  ),
  defineRule('pod-read-only-root', 'an intruder can write files into the container', (world) =>
    podsOf(world).flatMap((workload) =>
      containers(workload)
        .filter((container) => at(container, 'securityContext.readOnlyRootFilesystem') !== true)
        .map((container) => `${title(workload.manifest)}: ${text(at(container, 'name'))} can write to its image`)
    )
  ),
  defineRule('pod-no-token', 'an intruder finds a token for the API server', (world) =>
    podsOf(world)
      .filter(({ spec }) => at(spec, 'automountServiceAccountToken') !== false)
      .map(({ manifest }) => `${title(manifest)}: automountServiceAccountToken is not false`)
  ),
  defineRule('pod-no-service-links', 'variables such as DETAILS_PORT=tcp://… are in the environment', (world) =>
    podsOf(world)
      .filter(({ spec }) => at(spec, 'enableServiceLinks') !== false)
      .map(({ manifest }) => `${title(manifest)}: enableServiceLinks is not false`)
  ),
  defineRule('pod-resources', 'the scheduler has to guess, and a memory leak fills the node', (world) =>
    podsOf(world).flatMap((workload) =>
      containers(workload).flatMap((container) => {
        const name = `${title(workload.manifest)}: ${text(at(container, 'name'))}`
        const missing = ['requests.cpu', 'requests.memory', 'limits.memory'].filter(
          (path) => at(container, `resources.${path}`) === undefined
        )
        if (missing.length > 0) return missing.map((path) => `${name} has no resources.${path}`)
        const request = bytes(at(container, 'resources.requests.memory'))
        const limit = bytes(at(container, 'resources.limits.memory'))
        return request > limit ? [`${name} requests more memory than its limit`] : []
      })
    )
  ),
  defineRule('pod-resources-measured', 'services use up to 143 MiB: with less the pod is killed', (world) =>
    ofSuite(world).flatMap((workload) =>
      containers(workload).flatMap((container) => {
        const name = `${title(workload.manifest)}: ${text(at(container, 'name'))}`
        return [
          ...(bytes(at(container, 'resources.requests.memory')) < 90 * 2 ** 20
            ? [`${name} requests under 90 MiB`]
            : []),
          ...(bytes(at(container, 'resources.limits.memory')) < 160 * 2 ** 20 ? [`${name} may use under 160 MiB`] : []),
          ...(milliCpu(at(container, 'resources.limits.cpu')) < 500 ? [`${name} may use under half a CPU`] : [])
        ]
      })
    )
  ),
  defineRule('metrics-annotations', 'Prometheus and sidecars find no metrics', (world) =>
    [...ofSuite(world), ...machinesOfSuite(world)].flatMap(({ manifest, annotations, ports }) => {
      const port = Number(annotations['prometheus.io/port'])
      const right =
        annotations['prometheus.io/scrape'] === 'true' &&
        annotations['prometheus.io/path'] === '/metrics' &&
        ports.some(({ number }) => number === port)
      return right ? [] : [`${title(manifest)}: the prometheus.io annotations do not lead to its metrics`]
    })
  )
]

function podsOf(world: World): Workload[] {
  return workloads(world).filter(({ runtime }) => runtime === 'container')
}

/** Whether an image starts as root, or as a user with a name instead of a number. */
function hasNamedUser(workload: Workload): boolean {
  return containers(workload).some((container) =>
    /(?:^|\/)(?:mariadb|mongo|postgres):/.test(text(at(container, 'image')))
  )
}

/** Bookinfo's own pods. */
export function ofSuite(world: World): Workload[] {
  return podsOf(world).filter((workload) =>
    containers(workload).some((container) => serviceOf(container) !== undefined)
  )
}

/** Bookinfo's own machines. KubeVirt copies labels and annotations of the template to the pod around a machine. */
function machinesOfSuite(world: World): Workload[] {
  return machines(world).filter(({ labels }) => serviceNames.some((name) => name === labels['app']))
}

/** The service in a container, by the name of its image. */
export function serviceOf(container: Json): string | undefined {
  return /(?:^|\/)examples-bookinfo-(productpage|details|reviews|ratings)-v/.exec(text(at(container, 'image')))?.[1]
}

function hostVolume(volume: Json): string[] {
  return at(volume, 'hostPath') === undefined ? [] : [`volume ${text(at(volume, 'name'))} is of the host`]
}

/** https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted */
function unrestricted(container: Json, pod: Json | undefined): string[] {
  const context = at(container, 'securityContext')
  const own = at(context, 'runAsNonRoot')
  const findings = [
    ...(at(context, 'allowPrivilegeEscalation') === false ? [] : ['allowPrivilegeEscalation is not false']),
    // In capital letters: the API server accepts no others.
    ...(texts(at(context, 'capabilities.drop')).includes('ALL') ? [] : ['capabilities do not drop ALL']),
    ...texts(at(context, 'capabilities.add'))
      .filter((capability) => capability !== 'NET_BIND_SERVICE')
      .map((capability) => `adds ${capability}`),
    ...(at(context, 'privileged') === true ? ['is privileged'] : []),
    ...((own ?? at(pod, 'runAsNonRoot')) === true ? [] : ['runAsNonRoot is not true']),
    ...list(at(container, 'ports')).flatMap((port) =>
      at(port, 'hostPort') === undefined ? [] : ['takes a port of the host']
    ),
    ...(['Unconfined'].includes(text(at(context, 'seccompProfile.type'))) ? ['seccomp is unconfined'] : [])
  ]
  return findings.map((finding) => `${text(at(container, 'name'))} ${finding}`)
}

/** The labels of the namespace. */
export function namespaceLabels(world: World): Record<string, string> {
  const [namespace] = ofKind(world, 'Namespace')
  return namespace ? dictionary(at(namespace.body, 'metadata.labels')) : {}
}

import { PORT } from '../call-graph.ts'
import { at, dictionary, keys, list, objectsIn, show, text, type Json } from '../json.ts'
import { selects, title } from '../manifest.ts'
import { cloudConfig, userDataOf } from '../user-data.ts'
import { namespaceLabels } from './pods.ts'
import { find, ofKind, workloads, type Workload, type World } from '../world.ts'
import type { Rule } from './rule.ts'

const bindings = ['masquerade', 'bridge', 'slirp', 'macvtap', 'passt', 'passtBinding', 'sriov', 'binding']
const handlers = ['httpGet', 'tcpSocket', 'exec', 'guestAgentPing', 'grpc']
const INLINE_LIMIT = 2048

/**
 * What KubeVirt's webhooks refuse, and what they should. The numbers in `why` are issues of kubevirt/kubevirt.
 *
 * `mesh` among a rule's words: it holds for machines that have a sidecar.
 */
export const kubevirtRules: readonly Rule[] = [
  rule('vm-one-binding', 'the webhook refuses an interface without a binding, or with two', ({ spec }) =>
    interfaces(spec).flatMap((card) => {
      const count = bindings.filter((binding) => at(card, binding) !== undefined).length
      return count === 1 ? [] : [`interface ${text(at(card, 'name'))} has ${count} bindings`]
    })
  ),
  rule('vm-binding-kind', 'slirp, macvtap and passt are gone, and a sidecar does not work with a bridge', ({ spec }) =>
    interfaces(spec).flatMap((card) =>
      ['slirp', 'macvtap', 'passt', 'bridge']
        .filter((binding) => at(card, binding) !== undefined)
        .map((binding) => `interface ${text(at(card, 'name'))} uses ${binding}`)
    )
  ),
  rule('vm-networks', 'the webhook refuses an interface without its network', ({ spec }) =>
    sameNames('interface', interfaces(spec), 'network', list(at(spec, 'networks')))
  ),
  rule('vm-disks', 'the webhook refuses a disk without its volume', ({ spec }) =>
    sameNames('disk', list(at(spec, 'domain.devices.disks')), 'volume', list(at(spec, 'volumes')))
  ),
  rule(
    'vm-explicit-ports',
    'everything that the sidecar does not take, its own health port among it, goes to the machine',
    ({ spec }) =>
      interfaces(spec)
        .filter((card) => list(at(card, 'ports')).length === 0)
        .map((card) => `interface ${text(at(card, 'name'))} lists no ports`)
  ),
  rule('vm-no-ssh-port', 'port 22 passes the sidecar by, and every policy with it (6923)', ({ ports }) =>
    ports.filter(({ number }) => number === 22).map(() => 'lists port 22')
  ),
  rule('vm-probe-port', 'with explicit ports a probe of another one never gets an answer', ({ spec, ports }) =>
    ['readinessProbe', 'livenessProbe'].flatMap((name) => {
      const port = at(spec, `${name}.httpGet.port`) ?? at(spec, `${name}.tcpSocket.port`)
      return port === undefined || ports.some((each) => each.number === port) ? [] : [`${name} asks at ${show(port)}`]
    })
  ),
  rule('vm-probes', 'it counts as ready while it still boots, or is never restarted', ({ spec }) =>
    Object.entries({ readinessProbe: '/readyz', livenessProbe: '/livez' }).flatMap(([name, path]) => {
      const count = handlers.filter((handler) => at(spec, `${name}.${handler}`) !== undefined).length
      if (count !== 1) return [`${name} has ${count} handlers`]
      const asked = at(spec, `${name}.httpGet.path`)
      return asked === undefined || asked === path ? [] : [`${name} asks for ${show(asked)}, not ${path}`]
    })
  ),
  rule(
    'vm-patient-liveness',
    'there is no startup probe (13734): a slow first boot is ended again and again',
    ({ spec }) =>
      Number(at(spec, 'livenessProbe.initialDelaySeconds') ?? 0) < 120
        ? ['livenessProbe begins within two minutes']
        : []
  ),
  rule('vm-user-data-size', 'the webhook refuses more than 2048 bytes inline', ({ spec }) =>
    [...objectsIn(at(spec, 'volumes') ?? null)].flatMap(({ object }) =>
      ['userData', 'userDataBase64', 'networkData', 'networkDataBase64']
        .filter((field) => Buffer.byteLength(text(object[field])) > INLINE_LIMIT)
        .map((field) => `${field} has ${Buffer.byteLength(text(object[field]))} bytes`)
    )
  ),
  {
    name: 'vm-user-data',
    why: 'cloud-init ignores what it cannot read, and the service runs with other settings than one thinks',
    check: (world) =>
      machines(world).flatMap((workload) => {
        const userData = userDataOf(world, workload)
        if (userData === undefined) return [`${title(workload.manifest)}: its user-data is nowhere`]
        return cloudConfig(userData) === undefined
          ? [`${title(workload.manifest)}: its user-data is no cloud-config`]
          : []
      })
  },
  rule('vm-no-password', 'who reads the manifest is at home in the machine', (workload, world) =>
    /^\s*(password|passwd|plain_text_passwd|hashed_passwd|chpasswd):/m.test(userDataOf(world, workload) ?? '')
      ? ['its user-data sets a password']
      : []
  ),
  rule('vm-instancetype', 'the webhook refuses CPU or memory beside an instancetype', ({ manifest, spec }) => {
    const typed = ['spec.instancetype', 'spec.virtualMachineTemplate.spec.instancetype'].some(
      (path) => at(manifest.body, path) !== undefined
    )
    const sized = ['domain.cpu', 'domain.memory', 'domain.resources'].filter((path) => at(spec, path) !== undefined)
    if (typed) return sized.map((path) => `has an instancetype and ${path}`)
    return at(spec, 'domain.memory.guest') === undefined ? ['has neither an instancetype nor memory'] : []
  }),
  rule('vm-run-strategy', 'the webhook refuses both, and `running` is on its way out', ({ manifest }) => {
    const path = manifest.kind === 'VirtualMachinePool' ? 'spec.virtualMachineTemplate.spec' : 'spec'
    return [
      ...(at(manifest.body, `${path}.running`) === undefined ? [] : ['says `running`']),
      ...(at(manifest.body, `${path}.runStrategy`) === undefined ? ['has no runStrategy'] : [])
    ]
  }),
  rule('vm-disk-image', 'a machine starts from whatever the name means that day', ({ spec }) => {
    const disks = list(at(spec, 'volumes')).flatMap((volume) => at(volume, 'containerDisk') ?? [])
    return disks.length === 0 ? ['has no containerDisk'] : []
  }),
  rule('vm-account', 'without one the machine calls as `default`, and policies cannot know it', ({ spec }) => [
    ...(text(at(spec, 'serviceAccountName')) === 'bookinfo-details' ? [] : ['does not run as bookinfo-details']),
    ...list(at(spec, 'volumes')).flatMap((volume) =>
      at(volume, 'serviceAccount') === undefined ? [] : ['has a disk with the token of its account']
    )
  ]),
  rule('vm-runtime-label', 'a subset cannot tell the machine from the container', ({ labels }) =>
    labels['runtime'] === 'vm' ? [] : ['its template lacks the label runtime: vm']
  ),
  rule('vm-grace', 'the machine is switched off before its service has drained', ({ spec }) =>
    Number(at(spec, 'terminationGracePeriodSeconds') ?? 30) < 45 ? ['is given less than 45 s to power off'] : []
  ),
  {
    name: 'vm-budget',
    why: 'KubeVirt has a budget of its own for each machine, and a pod with two cannot be evicted',
    check: (world) =>
      ofKind(world, 'PodDisruptionBudget').flatMap((budget) =>
        machines(world)
          .filter(({ labels }) => selects(at(budget.body, 'spec.selector'), labels))
          .map(({ manifest }) => `${title(budget)}: guards ${title(manifest)}`)
      )
  },
  {
    name: 'vm-pool',
    why: 'the pool does not know its own machines, or gives them Secrets that are not there',
    check: (world) =>
      ofKind(world, 'VirtualMachinePool').flatMap((pool) => {
        const selector = at(pool.body, 'spec.selector')
        const labels = dictionary(at(pool.body, 'spec.virtualMachineTemplate.metadata.labels'))
        const machine = machines(world).find(({ manifest }) => manifest === pool)
        return [
          ...(selects(selector, labels) ? [] : ['its selector does not select its machines']),
          ...(selects(selector, machine?.labels ?? {})
            ? []
            : ['its selector does not select the pods of its machines']),
          ...(machine?.labels['service.istio.io/workload-name']
            ? []
            : ['its machines have no service.istio.io/workload-name']),
          ...(at(pool.body, 'spec.nameGeneration.appendIndexToSecretRefs') === false
            ? []
            : ['asks for a Secret per machine'])
        ].map((finding) => `${title(pool)}: ${finding}`)
      })
  },
  mesh(
    'vm-inject-annotation',
    'KubeVirt looks for the annotation on the template, and leaves its NAT as it is without a mesh',
    ({ annotations }) =>
      annotations['sidecar.istio.io/inject'] === 'true'
        ? []
        : ['its template lacks the annotation sidecar.istio.io/inject: "true"']
  ),
  mesh('vm-own-annotations', 'KubeVirt sets these itself, and twice is wrong (14408)', ({ annotations }) =>
    ['traffic.sidecar.istio.io/kubevirtInterfaces', 'istio.io/reroute-virtual-interfaces']
      .filter((name) => name in annotations)
      .map((name) => `sets ${name} by hand`)
  ),
  mesh(
    'vm-excluded-ports',
    'what the sidecar does not take in reaches nobody; what goes out is not excluded',
    ({ annotations }) => [
      ...((annotations['traffic.sidecar.istio.io/excludeInboundPorts'] ?? '').split(',').includes(String(PORT))
        ? [`excludes ${PORT} from the sidecar`]
        : []),
      ...['excludeOutboundPorts', 'excludeOutboundIPRanges']
        .filter((name) => `traffic.sidecar.istio.io/${name}` in annotations)
        .map((name) => `sets ${name}, which does nothing for a machine`)
    ]
  ),
  mesh('vm-probe-rewrite', 'with STRICT mutual TLS the kubelet gets no answer', ({ annotations }) =>
    annotations['sidecar.istio.io/rewriteAppHTTPProbers'] === 'false' ? ['turns the rewriting of probes off'] : []
  ),
  {
    name: 'vm-not-ambient',
    why: 'nothing reaches a machine in an ambient mesh (18871)',
    check: (world) =>
      machines(world)
        .filter(({ labels }) => {
          const mode = labels['istio.io/dataplane-mode'] ?? namespaceLabels(world)['istio.io/dataplane-mode']
          return mode === 'ambient'
        })
        .map(({ manifest }) => `${title(manifest)}: is in an ambient mesh`)
  },
  {
    name: 'vm-namespace',
    why: 'the namespace refuses the pod around the machine, which is not restricted',
    check: (world) => {
      const level = namespaceLabels(world)['pod-security.kubernetes.io/enforce']
      const allowed = level === undefined || level === 'privileged'
      return machines(world).length > 0 && !allowed ? [`Namespace: enforces ${level}`] : []
    }
  },
  {
    name: 'vm-secret',
    why: 'KubeVirt looks for the keys userdata and userData',
    check: (world) =>
      machines(world).flatMap((workload) =>
        [...objectsIn(workload.spec ?? null)].flatMap(({ object }) => {
          const name = text(at(object, 'cloudInitNoCloud.secretRef.name'))
          const secret = find(world, 'Secret', name)
          const known = [...keys(at(secret?.body, 'data')), ...keys(at(secret?.body, 'stringData'))]
          if (name === '' || known.includes('userdata') || known.includes('userData')) return []
          return [`${title(workload.manifest)}: the Secret ${name} has no key userdata`]
        })
      )
  }
]

type Check = (machine: Workload, world: World) => string[]

/** A rule of every machine. */
function rule(name: string, why: string, check: Check): Rule {
  return {
    name,
    why,
    check: (world) =>
      machines(world).flatMap((machine) =>
        check(machine, world).map((finding) => `${title(machine.manifest)}: ${finding}`)
      )
  }
}

/** A rule of every machine in a mesh. */
function mesh(name: string, why: string, check: Check): Rule {
  return rule(name, why, (machine, world) => (world.expect.mesh === 'sidecar' ? check(machine, world) : []))
}

function machines(world: World): Workload[] {
  return workloads(world).filter(({ runtime }) => runtime === 'vm')
}

function interfaces(spec: Json | undefined): Json[] {
  return list(at(spec, 'domain.devices.interfaces'))
}

function sameNames(kind: string, ones: Json[], otherKind: string, others: Json[]): string[] {
  const names = (items: Json[]) => items.map((item) => text(at(item, 'name')))
  const lone = (from: Json[], to: Json[]) => names(from).filter((name) => !names(to).includes(name))
  return [
    ...lone(ones, others).map((name) => `${kind} ${name} has no ${otherKind}`),
    ...lone(others, ones).map((name) => `${otherKind} ${name} has no ${kind}`)
  ]
}

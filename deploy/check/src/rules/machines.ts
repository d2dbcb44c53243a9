import { at, dictionary, type Json, list, show, text } from '../json.ts'
import { selects, title } from '../manifest.ts'
import { machines, ofKind } from '../world.ts'
import { defineRule, machineRule, type Rule } from './rule.ts'

const bindings = ['masquerade', 'bridge', 'slirp', 'macvtap', 'passt', 'passtBinding', 'sriov', 'binding']

const handlers = ['httpGet', 'tcpSocket', 'exec', 'guestAgentPing', 'grpc']

/** What KubeVirt's webhooks refuse, and more. Numbers in reasons are issues of kubevirt/kubevirt. */
export const machineRules: readonly Rule[] = [
  machineRule('vm-one-binding', 'the webhook refuses an interface without a binding, or with two', ({ spec }) =>
    interfaces(spec).flatMap((card) => {
      const count = bindings.filter((binding) => at(card, binding) !== undefined).length
      return count === 1 ? [] : [`interface ${text(at(card, 'name'))} has ${count} bindings`]
    })
  ),
  machineRule('vm-binding-kind', 'slirp, macvtap and passt are gone, and a sidecar needs masquerade', ({ spec }) =>
    interfaces(spec).flatMap((card) =>
      ['slirp', 'macvtap', 'passt', 'bridge']
        .filter((binding) => at(card, binding) !== undefined)
        .map((binding) => `interface ${text(at(card, 'name'))} uses ${binding}`)
    )
  ),
  machineRule('vm-networks', 'the webhook refuses an interface without its network', ({ spec }) =>
    sameNames('interface', interfaces(spec), 'network', list(at(spec, 'networks')))
  ),
  machineRule('vm-disks', 'the webhook refuses a disk without its volume', ({ spec }) =>
    sameNames('disk', list(at(spec, 'domain.devices.disks')), 'volume', list(at(spec, 'volumes')))
  ),
  machineRule(
    'vm-explicit-ports',
    "the machine gets all ports that the sidecar does not take, also the sidecar's health port",
    ({ spec }) =>
      interfaces(spec)
        .filter((card) => list(at(card, 'ports')).length === 0)
        .map((card) => `interface ${text(at(card, 'name'))} lists no ports`)
  ),
  machineRule('vm-no-ssh-port', 'port 22 bypasses the sidecar and all policies (6923)', ({ ports }) =>
    ports.filter(({ number }) => number === 22).map(() => 'lists port 22')
  ),
  machineRule('vm-migration-port', 'KubeVirt keeps that port for live migration', ({ ports }) =>
    ports.filter(({ number }) => [49152, 49153].includes(number)).map(({ number }) => `lists port ${number}`)
  ),
  machineRule('vm-probe-port', 'with explicit ports a probe of another port gets no answer', ({ spec, ports }) =>
    ['readinessProbe', 'livenessProbe'].flatMap((name) => {
      const port = at(spec, `${name}.httpGet.port`) ?? at(spec, `${name}.tcpSocket.port`)
      return port === undefined || ports.some((each) => each.number === port) ? [] : [`${name} asks at ${show(port)}`]
    })
  ),
  machineRule('vm-probes', 'the machine counts as ready while it boots, or is never restarted', ({ spec }) =>
    Object.entries({ readinessProbe: '/readyz', livenessProbe: '/livez' }).flatMap(([name, path]) => {
      const count = handlers.filter((handler) => at(spec, `${name}.${handler}`) !== undefined).length
      if (count !== 1) return [`${name} has ${count} handlers`]
      const asked = at(spec, `${name}.httpGet.path`)
      return asked === undefined || asked === path ? [] : [`${name} asks for ${show(asked)}, not ${path}`]
    })
  ),
  machineRule(
    'vm-patient-liveness',
    'without a startup probe (13734) a slow first boot is restarted again and again',
    ({ spec }) =>
      Number(at(spec, 'livenessProbe.initialDelaySeconds') ?? 0) < 120
        ? ['livenessProbe begins within two minutes']
        : []
  ),
  machineRule('vm-instancetype', 'the webhook refuses CPU or memory beside an instancetype', ({ manifest, spec }) => {
    const typed = ['spec.instancetype', 'spec.virtualMachineTemplate.spec.instancetype'].some(
      (path) => at(manifest.body, path) !== undefined
    )
    const sized = ['domain.cpu', 'domain.memory', 'domain.resources'].filter((path) => at(spec, path) !== undefined)
    if (typed) return sized.map((path) => `has an instancetype and ${path}`)
    return at(spec, 'domain.memory.guest') === undefined ? ['has neither an instancetype nor memory'] : []
  }),
  machineRule(
    'vm-run-strategy',
    'the webhook refuses both fields together, and `running` is deprecated',
    ({ manifest }) => {
      const path = manifest.kind === 'VirtualMachinePool' ? 'spec.virtualMachineTemplate.spec' : 'spec'
      return [
        ...(at(manifest.body, `${path}.running`) === undefined ? [] : ['says `running`']),
        ...(at(manifest.body, `${path}.runStrategy`) === undefined ? ['has no runStrategy'] : [])
      ]
    }
  ),
  machineRule('vm-disk-image', 'the machine does not start from an image with a fixed content', ({ spec }) => {
    const disks = list(at(spec, 'volumes')).flatMap((volume) => at(volume, 'containerDisk') ?? [])
    return disks.length === 0 ? ['has no containerDisk'] : []
  }),
  machineRule('vm-account', 'policies do not know the account `default`', ({ spec, labels }) => [
    ...(text(at(spec, 'serviceAccountName')) === `bookinfo-${labels['app']}`
      ? []
      : [`does not run as bookinfo-${labels['app']}`]),
    ...list(at(spec, 'volumes')).flatMap((volume) =>
      at(volume, 'serviceAccount') === undefined ? [] : ['has a disk with the token of its account']
    )
  ]),
  machineRule('vm-runtime-label', 'a subset cannot tell the machine from the container', ({ labels }) =>
    labels['runtime'] === 'vm' ? [] : ['its template lacks the label runtime: vm']
  ),
  machineRule('vm-grace', 'the machine is switched off before its service has drained', ({ spec }) =>
    Number(at(spec, 'terminationGracePeriodSeconds') ?? 30) < 45 ? ['is given less than 45 s to power off'] : []
  ),
  defineRule('vm-budget', 'a budget with a machine in it lets no pod be evicted', (world) =>
    ofKind(world, 'PodDisruptionBudget').flatMap((budget) =>
      machines(world)
        .filter(({ labels }) => selects(at(budget.body, 'spec.selector'), labels))
        .map(({ manifest }) => `${title(budget)}: guards ${title(manifest)}`)
    )
  ),
  defineRule('vm-pool', 'the pool does not select its own machines, or uses missing Secrets', (world) =>
    ofKind(world, 'VirtualMachinePool').flatMap((pool) => {
      const selector = at(pool.body, 'spec.selector')
      const labels = dictionary(at(pool.body, 'spec.virtualMachineTemplate.metadata.labels'))
      const machine = machines(world).find(({ manifest }) => manifest === pool)
      return [
        ...(selects(selector, labels) ? [] : ['its selector does not select its machines']),
        ...(selects(selector, machine?.labels ?? {}) ? [] : ['its selector does not select the pods of its machines']),
        ...(machine?.labels['service.istio.io/workload-name']
          ? []
          : ['its machines have no service.istio.io/workload-name']),
        ...(at(pool.body, 'spec.nameGeneration.appendIndexToSecretRefs') === false
          ? []
          : ['asks for a Secret per machine'])
      ].map((finding) => `${title(pool)}: ${finding}`)
    })
  )
]

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

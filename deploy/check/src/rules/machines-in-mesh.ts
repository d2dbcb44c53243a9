import { PORT } from '../facts.ts'
import { title } from '../manifest.ts'
import { machines, type Workload } from '../world.ts'
import { namespaceLabels } from './pods.ts'
import { defineRule, machineRule, type Rule } from './rule.ts'

/** What a machine needs to work with a sidecar. */
export const machineMeshRules: readonly Rule[] = [
  mesh(
    'vm-inject-annotation',
    'without the annotation on the template no traffic reaches the machine',
    ({ annotations }) =>
      annotations['sidecar.istio.io/inject'] === 'true'
        ? []
        : ['its template lacks the annotation sidecar.istio.io/inject: "true"']
  ),
  mesh('vm-own-annotations', 'KubeVirt sets these itself, and twice is an error (14408)', ({ annotations }) =>
    ['traffic.sidecar.istio.io/kubevirtInterfaces', 'istio.io/reroute-virtual-interfaces']
      .filter((name) => name in annotations)
      .map((name) => `sets ${name} by hand`)
  ),
  mesh(
    'vm-excluded-ports',
    'ports that the sidecar excludes reach nobody, and outgoing exclusions have no effect',
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
  defineRule('vm-not-ambient', 'no traffic reaches a machine in an ambient mesh (18871)', (world) =>
    machines(world)
      .filter(({ labels }) => {
        const mode = labels['istio.io/dataplane-mode'] ?? namespaceLabels(world)['istio.io/dataplane-mode']
        return mode === 'ambient'
      })
      .map(({ manifest }) => `${title(manifest)}: is in an ambient mesh`)
  ),
  defineRule('vm-namespace', 'the namespace refuses the pod around the machine', (world) => {
    const level = namespaceLabels(world)['pod-security.kubernetes.io/enforce']
    const allowed = level === undefined || level === 'privileged'
    return machines(world).length > 0 && !allowed ? [`Namespace: enforces ${level}`] : []
  })
]

/** A rule for every machine in a mesh. */
function mesh(name: string, why: string, check: (machine: Workload) => string[]): Rule {
  return machineRule(name, why, (machine, world) => (world.expect.mesh === 'sidecar' ? check(machine) : []))
}

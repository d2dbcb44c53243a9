import { both, drop, remove, set, type Change } from './mutate.ts'
import { annotations, devices, editUserData, machine, pod, seed, userData, type Mutation } from './mutation.ts'

/** In virtual machines. */
export const machineMutations: readonly Mutation[] = [
  seed('vm-one-binding', 'no binding', 'kubevirt', remove(machine, `${devices}/interfaces/0/masquerade`)),
  seed('vm-one-binding', 'two bindings', 'kubevirt', set(machine, `${devices}/interfaces/0/bridge`, {})),
  seed(
    'vm-binding-kind',
    'a bridge',
    'kubevirt',
    both(remove(machine, `${devices}/interfaces/0/masquerade`), set(machine, `${devices}/interfaces/0/bridge`, {}))
  ),
  seed('vm-networks', 'an interface of another name', 'kubevirt', set(machine, `${devices}/interfaces/0/name`, 'eth0')),
  seed('vm-disks', 'a disk without its volume', 'kubevirt', set(machine, `${devices}/disks/0/name`, 'system')),
  seed('vm-explicit-ports', 'no list of ports', 'kubevirt', remove(machine, `${devices}/interfaces/0/ports`)),
  seed(
    'vm-no-ssh-port',
    'port 22',
    'kubevirt',
    set(machine, `${devices}/interfaces/0/ports/-`, { name: 'tcp-ssh', port: 22 })
  ),
  seed(
    'vm-probe-port',
    'a probe at an unlisted port',
    'kubevirt',
    set(machine, `${pod}/readinessProbe/httpGet/port`, 9081)
  ),
  seed(
    'vm-migration-port',
    'a port of live migration',
    'kubevirt',
    set(machine, `${devices}/interfaces/0/ports/-`, { name: 'http-more', port: 49152 })
  ),
  seed(
    'vm-ipv4',
    'an address that leads nowhere',
    'hybrid',
    set('Service/details', 'spec/ipFamilyPolicy', 'PreferDualStack')
  ),
  seed('vm-ipv4', 'IPv6 alone', 'kubevirt-databases', set('Service/mysqldb', 'spec/ipFamilies', ['IPv6'])),
  seed(
    'vm-network-attachment',
    "Istio's plugin not let in",
    'openshift-virtualization',
    drop('NetworkAttachmentDefinition/istio-cni')
  ),
  seed('vm-probes', 'no readiness probe', 'kubevirt', remove(machine, `${pod}/readinessProbe`)),
  seed('vm-probes', 'two handlers', 'kubevirt', set(machine, `${pod}/livenessProbe/guestAgentPing`, {})),
  seed(
    'vm-patient-liveness',
    'an impatient liveness probe',
    'kubevirt',
    set(machine, `${pod}/livenessProbe/initialDelaySeconds`, 10)
  ),
  seed(
    'vm-user-data-size',
    'inline user-data over 2048 bytes',
    'kubevirt',
    set(machine, `${pod}/volumes/1/cloudInitNoCloud`, { userData: `#cloud-config\n# ${'x'.repeat(2040)}\n` })
  ),
  seed('vm-user-data', 'user-data without its first line', 'kubevirt', userData('write_files: []\n')),
  seed(
    'vm-no-password',
    'a password in clear',
    'kubevirt',
    userData('#cloud-config\npassword: fedora\nchpasswd: { expire: false }\n')
  ),
  seed(
    'vm-instancetype',
    'an instancetype beside memory',
    'kubevirt',
    set(machine, 'spec/instancetype', { name: 'u1.nano' })
  ),
  seed('vm-instancetype', 'no size at all', 'kubevirt', remove(machine, `${pod}/domain/memory`)),
  seed('vm-run-strategy', '`running` beside runStrategy', 'kubevirt', set(machine, 'spec/running', true)),
  seed(
    'vm-disk-image',
    'an empty disk',
    'kubevirt',
    set(machine, `${pod}/volumes/0`, { name: 'root', emptyDisk: { capacity: '1Gi' } })
  ),
  seed('vm-account', 'no account', 'kubevirt', remove(machine, `${pod}/serviceAccountName`)),
  seed(
    'vm-runtime-label',
    'no label of the runtime',
    'kubevirt',
    remove(machine, 'spec/template/metadata/labels/runtime')
  ),
  seed(
    'vm-grace',
    'too little time to power off',
    'kubevirt',
    set(machine, `${pod}/terminationGracePeriodSeconds`, 10)
  ),
  seed(
    'vm-budget',
    'a second budget for the machine',
    'hybrid',
    remove('PodDisruptionBudget/details', 'spec/selector/matchLabels/runtime')
  ),
  seed(
    'vm-pool',
    'a pool that does not know its machines',
    'kubevirt with a pool of machines',
    set('VirtualMachinePool/details-v1-vm', 'spec/selector/matchLabels/kubevirt.io~1vmpool', 'details')
  ),
  seed(
    'vm-pool',
    'a Secret for each machine',
    'kubevirt with a pool of machines',
    remove('VirtualMachinePool/details-v1-vm', 'spec/nameGeneration')
  ),
  seed(
    'vm-inject-annotation',
    'the annotation lost',
    'kubevirt',
    remove(machine, `${annotations}/sidecar.istio.io~1inject`)
  ),
  seed(
    'vm-own-annotations',
    'an annotation of KubeVirt by hand',
    'kubevirt',
    set(machine, `${annotations}/istio.io~1reroute-virtual-interfaces`, 'k6t-eth0')
  ),
  seed(
    'vm-excluded-ports',
    'the port excluded from the sidecar',
    'kubevirt',
    set(machine, `${annotations}/traffic.sidecar.istio.io~1excludeInboundPorts`, '9080')
  ),
  seed(
    'vm-excluded-ports',
    'an exclusion that does nothing',
    'kubevirt',
    set(machine, `${annotations}/traffic.sidecar.istio.io~1excludeOutboundIPRanges`, '10.0.0.0/8')
  ),
  seed(
    'vm-probe-rewrite',
    'probes that the sidecar refuses',
    'kubevirt',
    set(machine, `${annotations}/sidecar.istio.io~1rewriteAppHTTPProbers`, 'false')
  ),
  seed(
    'vm-not-ambient',
    'a machine in an ambient mesh',
    'kubevirt',
    set('Namespace/bookinfo', 'metadata/labels/istio.io~1dataplane-mode', 'ambient')
  ),
  seed(
    'vm-namespace',
    'a namespace that refuses the machine',
    'kubevirt',
    set('Namespace/bookinfo', 'metadata/labels/pod-security.kubernetes.io~1enforce', 'restricted')
  ),
  seed('vm-secret', 'a Secret under another key', 'kubevirt', renameSecretKey('user-data'))
]

function renameSecretKey(key: string): Change {
  return editUserData((data) => {
    data[key] = data['userdata'] ?? ''
    delete data['userdata']
  })
}

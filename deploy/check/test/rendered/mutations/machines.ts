import { both, drop, remove, set, type Change } from './mutate.ts'
import { annotations, devices, editUserData, machine, pod, mutationsOn, userData } from './mutation.ts'

/** In virtual machines. */
export const machineMutations = mutationsOn({
  kubevirt: {
    'vm-one-binding': {
      'no binding': remove(machine, `${devices}/interfaces/0/masquerade`),
      'two bindings': set(machine, `${devices}/interfaces/0/bridge`, {})
    },
    'vm-binding-kind': {
      'a bridge': both(
        remove(machine, `${devices}/interfaces/0/masquerade`),
        set(machine, `${devices}/interfaces/0/bridge`, {})
      )
    },
    'vm-networks': { 'an interface of another name': set(machine, `${devices}/interfaces/0/name`, 'eth0') },
    'vm-disks': { 'a disk without its volume': set(machine, `${devices}/disks/0/name`, 'system') },
    'vm-explicit-ports': { 'no list of ports': remove(machine, `${devices}/interfaces/0/ports`) },
    'vm-no-ssh-port': { 'port 22': set(machine, `${devices}/interfaces/0/ports/-`, { name: 'tcp-ssh', port: 22 }) },
    'vm-probe-port': { 'a probe at an unlisted port': set(machine, `${pod}/readinessProbe/httpGet/port`, 9081) },
    'vm-migration-port': {
      'a port of live migration': set(machine, `${devices}/interfaces/0/ports/-`, { name: 'http-more', port: 49152 })
    },
    'vm-probes': {
      'no readiness probe': remove(machine, `${pod}/readinessProbe`),
      'two handlers': set(machine, `${pod}/livenessProbe/guestAgentPing`, {})
    },
    'vm-patient-liveness': {
      'an impatient liveness probe': set(machine, `${pod}/livenessProbe/initialDelaySeconds`, 10)
    },
    'vm-user-data-size': {
      'inline user-data over 2048 bytes': set(machine, `${pod}/volumes/1/cloudInitNoCloud`, {
        userData: `#cloud-config\n# ${'x'.repeat(2040)}\n`
      })
    },
    'vm-user-data': { 'user-data without its first line': userData('write_files: []\n') },
    'vm-no-password': {
      'a password in clear': userData('#cloud-config\npassword: fedora\nchpasswd: { expire: false }\n')
    },
    'vm-instancetype': {
      'an instancetype beside memory': set(machine, 'spec/instancetype', { name: 'u1.nano' }),
      'no size at all': remove(machine, `${pod}/domain/memory`)
    },
    'vm-run-strategy': { '`running` beside runStrategy': set(machine, 'spec/running', true) },
    'vm-disk-image': {
      'an empty disk': set(machine, `${pod}/volumes/0`, { name: 'root', emptyDisk: { capacity: '1Gi' } })
    },
    'vm-account': { 'no account': remove(machine, `${pod}/serviceAccountName`) },
    'vm-runtime-label': { 'no label of the runtime': remove(machine, 'spec/template/metadata/labels/runtime') },
    'vm-grace': { 'too little time to power off': set(machine, `${pod}/terminationGracePeriodSeconds`, 10) },
    'vm-inject-annotation': { 'the annotation lost': remove(machine, `${annotations}/sidecar.istio.io~1inject`) },
    'vm-own-annotations': {
      'an annotation of KubeVirt by hand': set(
        machine,
        `${annotations}/istio.io~1reroute-virtual-interfaces`,
        'k6t-eth0'
      )
    },
    'vm-excluded-ports': {
      'the port excluded from the sidecar': set(
        machine,
        `${annotations}/traffic.sidecar.istio.io~1excludeInboundPorts`,
        '9080'
      ),
      'an exclusion that does nothing': set(
        machine,
        `${annotations}/traffic.sidecar.istio.io~1excludeOutboundIPRanges`,
        '10.0.0.0/8'
      )
    },
    'vm-probe-rewrite': {
      'probes that the sidecar refuses': set(machine, `${annotations}/sidecar.istio.io~1rewriteAppHTTPProbers`, 'false')
    },
    'vm-not-ambient': {
      'a machine in an ambient mesh': set('Namespace/bookinfo', 'metadata/labels/istio.io~1dataplane-mode', 'ambient')
    },
    'vm-namespace': {
      'a namespace that refuses the machine': set(
        'Namespace/bookinfo',
        'metadata/labels/pod-security.kubernetes.io~1enforce',
        'restricted'
      )
    },
    'vm-secret': { 'a Secret under another key': renameSecretKey('user-data') }
  },
  hybrid: {
    'vm-ipv4': { 'an address that leads nowhere': set('Service/details', 'spec/ipFamilyPolicy', 'PreferDualStack') },
    'vm-budget': {
      'a second budget for the machine': remove('PodDisruptionBudget/details', 'spec/selector/matchLabels/runtime')
    }
  },
  'kubevirt-databases': {
    'vm-ipv4': { 'IPv6 alone': set('Service/mysqldb', 'spec/ipFamilies', ['IPv6']) }
  },
  'openshift-virtualization': {
    'vm-network-attachment': { "Istio's plugin not let in": drop('NetworkAttachmentDefinition/istio-cni') }
  },
  'kubevirt with a pool of machines': {
    'vm-pool': {
      'a pool that does not know its machines': set(
        'VirtualMachinePool/details-v1-vm',
        'spec/selector/matchLabels/kubevirt.io~1vmpool',
        'details'
      ),
      'a Secret for each machine': remove('VirtualMachinePool/details-v1-vm', 'spec/nameGeneration')
    }
  }
})

function renameSecretKey(key: string): Change {
  return editUserData((data) => {
    data[key] = data['userdata'] ?? ''
    delete data['userdata']
  })
}

import type { Expectations } from './world.ts'

/** The accounts of a gateway that Istio creates for a Gateway, and of the gateway in Istio's own profile. */
const OWN_GATEWAY = 'cluster.local/ns/bookinfo/sa/bookinfo-gateway-istio'
const PROFILE_GATEWAY = 'cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account'

const container = ['container'] as const
const vm = ['vm'] as const
const sidecar = { mesh: 'sidecar', networkPolicies: false } as const
const openshift = { ...sidecar, gateway: OWN_GATEWAY, platform: 'openshift' } as const

/** The folders of `deploy/overlays`, and what is expected of each. */
export const overlays: Readonly<Record<string, Expectations>> = {
  kubernetes: { mesh: 'none', details: container, networkPolicies: true },
  istio: { ...sidecar, details: container, gateway: PROFILE_GATEWAY },
  ambient: { mesh: 'ambient', details: container, gateway: OWN_GATEWAY, networkPolicies: false },
  'gateway-api': { ...sidecar, details: container, gateway: OWN_GATEWAY },
  openshift: { ...openshift, details: container },
  kubevirt: { ...sidecar, details: vm, gateway: PROFILE_GATEWAY },
  'istio-databases': { ...sidecar, details: container, gateway: PROFILE_GATEWAY },
  'kubevirt-databases': { ...sidecar, details: vm, gateway: PROFILE_GATEWAY },
  hybrid: { ...sidecar, details: ['container', 'vm'], gateway: PROFILE_GATEWAY },
  'openshift-virtualization': { ...openshift, details: vm }
}

export interface Combination {
  overlay: string
  /** With one of the components network-policy and network-policy-mesh, the rules expect network policies. */
  components: readonly string[]
}

/** Overlays with components. Every component is in one, and components that change the same objects are combined. */
export const combinations: Readonly<Record<string, Combination>> = {
  'kubernetes, watched and scaled': {
    overlay: 'kubernetes',
    components: ['monitoring', 'autoscaling', 'dual-stack', 'otel-collector']
  },
  'kubernetes with Services by version': { overlay: 'kubernetes', components: ['versions', 'dual-stack'] },
  'istio with everything': {
    overlay: 'istio',
    components: ['network-policy-mesh', 'monitoring-mesh', 'autoscaling', 'dual-stack', 'versions', 'trace-mode']
  },
  'istio, traced by way of a collector': { overlay: 'istio', components: ['otel-collector'] },
  'gateway-api with network policies': {
    overlay: 'gateway-api',
    components: ['network-policy-mesh', 'monitoring-mesh']
  },
  'ambient in trace mode': { overlay: 'ambient', components: ['trace-mode', 'autoscaling'] },
  'openshift, watched': {
    overlay: 'openshift',
    components: ['monitoring-mesh', 'network-policy-mesh', 'otel-collector']
  },
  'kubernetes with ratings in PostgreSQL': { overlay: 'kubernetes', components: ['postgres', 'dual-stack'] },
  'kubernetes with ratings in MySQL and MongoDB': { overlay: 'kubernetes', components: ['mysql', 'mongodb'] },
  'ambient with ratings in MySQL': { overlay: 'ambient', components: ['mysql'] },
  'gateway-api with ratings in MongoDB': { overlay: 'gateway-api', components: ['mongodb'] },
  'openshift with databases': {
    overlay: 'openshift',
    components: ['mysql', 'mongodb', 'postgres', 'any-user', 'network-policy-mesh']
  },
  'openshift-virtualization with MySQL in a machine': {
    overlay: 'openshift-virtualization',
    components: ['mysql-vm', 'network-policy-mesh', 'monitoring-mesh']
  },
  'istio with databases and everything': {
    overlay: 'istio-databases',
    components: ['network-policy-mesh', 'monitoring-mesh', 'autoscaling', 'dual-stack', 'trace-mode']
  },
  'kubevirt by instance type': { overlay: 'kubevirt', components: ['details-vm-instancetype'] },
  'kubevirt with everything': {
    overlay: 'kubevirt',
    components: ['network-policy-mesh', 'monitoring-mesh', 'trace-mode', 'dual-stack']
  },
  'kubevirt with a pool of machines': { overlay: 'kubevirt', components: ['details-vm-pool', 'network-policy-mesh'] },
  'hybrid with everything': {
    overlay: 'hybrid',
    // No autoscaling, because the Deployment's selector also selects the machine's pod.
    components: ['network-policy-mesh', 'monitoring-mesh', 'versions', 'trace-mode']
  },
  'openshift-virtualization with everything': {
    overlay: 'openshift-virtualization',
    components: ['network-policy-mesh', 'monitoring-mesh', 'otel-collector', 'details-vm-instancetype']
  }
}

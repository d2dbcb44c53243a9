import type { Expectations } from './world.ts'

/** The accounts of a gateway that Istio creates for a Gateway, and of the gateway in Istio's own profile. */
const OWN_GATEWAY = 'cluster.local/ns/bookinfo/sa/bookinfo-gateway-istio'
const PROFILE_GATEWAY = 'cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account'

const container = ['container'] as const
const vm = ['vm'] as const

/** The folders of `deploy/overlays`, and what is expected of each. */
export const overlays: Readonly<Record<string, Expectations>> = {
  kubernetes: { mesh: 'none', details: container, networkPolicies: true },
  istio: { mesh: 'sidecar', details: container, gateway: PROFILE_GATEWAY, networkPolicies: false },
  ambient: { mesh: 'ambient', details: container, gateway: OWN_GATEWAY, networkPolicies: false },
  'gateway-api': { mesh: 'sidecar', details: container, gateway: OWN_GATEWAY, networkPolicies: false },
  openshift: {
    mesh: 'sidecar',
    details: container,
    gateway: OWN_GATEWAY,
    networkPolicies: false,
    platform: 'openshift'
  },
  kubevirt: { mesh: 'sidecar', details: vm, gateway: PROFILE_GATEWAY, networkPolicies: false },
  'istio-databases': { mesh: 'sidecar', details: container, gateway: PROFILE_GATEWAY, networkPolicies: false },
  'kubevirt-databases': { mesh: 'sidecar', details: vm, gateway: PROFILE_GATEWAY, networkPolicies: false },
  hybrid: { mesh: 'sidecar', details: ['container', 'vm'], gateway: PROFILE_GATEWAY, networkPolicies: false },
  'openshift-virtualization': {
    mesh: 'sidecar',
    details: vm,
    gateway: OWN_GATEWAY,
    networkPolicies: false,
    platform: 'openshift'
  }
}

export interface Combination {
  overlay: string
  components: readonly string[]
  /** Differences from the overlay's expectations. */
  expect?: Partial<Expectations>
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
    components: ['network-policy-mesh', 'monitoring-mesh', 'autoscaling', 'dual-stack', 'versions', 'trace-mode'],
    expect: { networkPolicies: true }
  },
  'istio, traced by way of a collector': { overlay: 'istio', components: ['otel-collector'] },
  'gateway-api with network policies': {
    overlay: 'gateway-api',
    components: ['network-policy-mesh', 'monitoring-mesh'],
    expect: { networkPolicies: true }
  },
  'ambient in trace mode': { overlay: 'ambient', components: ['trace-mode', 'autoscaling'] },
  'openshift, watched': {
    overlay: 'openshift',
    components: ['monitoring-mesh', 'network-policy-mesh', 'otel-collector'],
    expect: { networkPolicies: true }
  },
  'kubernetes with ratings in PostgreSQL': { overlay: 'kubernetes', components: ['postgres', 'dual-stack'] },
  'kubernetes with ratings in MySQL and MongoDB': { overlay: 'kubernetes', components: ['mysql', 'mongodb'] },
  'ambient with ratings in MySQL': { overlay: 'ambient', components: ['mysql'] },
  'gateway-api with ratings in MongoDB': { overlay: 'gateway-api', components: ['mongodb'] },
  'openshift with databases': {
    overlay: 'openshift',
    components: ['mysql', 'mongodb', 'postgres', 'any-user', 'network-policy-mesh'],
    expect: { networkPolicies: true }
  },
  'openshift-virtualization with MySQL in a machine': {
    overlay: 'openshift-virtualization',
    components: ['mysql-vm', 'network-policy-mesh', 'monitoring-mesh'],
    expect: { networkPolicies: true }
  },
  'istio with databases and everything': {
    overlay: 'istio-databases',
    components: ['network-policy-mesh', 'monitoring-mesh', 'autoscaling', 'dual-stack', 'trace-mode'],
    expect: { networkPolicies: true }
  },
  'kubevirt by instance type': { overlay: 'kubevirt', components: ['details-vm-instancetype'] },
  'kubevirt with everything': {
    overlay: 'kubevirt',
    components: ['network-policy-mesh', 'monitoring-mesh', 'trace-mode', 'dual-stack'],
    expect: { networkPolicies: true }
  },
  'kubevirt with a pool of machines': {
    overlay: 'kubevirt',
    components: ['details-vm-pool', 'network-policy-mesh'],
    expect: { networkPolicies: true }
  },
  'hybrid with everything': {
    overlay: 'hybrid',
    // No autoscaling, because the Deployment's selector also selects the machine's pod.
    components: ['network-policy-mesh', 'monitoring-mesh', 'versions', 'trace-mode'],
    expect: { networkPolicies: true }
  },
  'openshift-virtualization with everything': {
    overlay: 'openshift-virtualization',
    components: ['network-policy-mesh', 'monitoring-mesh', 'otel-collector', 'details-vm-instancetype'],
    expect: { networkPolicies: true }
  }
}

import { at, dictionary, list, text, type Json } from './json.ts'
import type { Manifest } from './manifest.ts'

/** The objects of one `kubectl apply`, and what is expected of them. */
export interface World {
  target: string
  manifests: readonly Manifest[]
  expect: Expectations
}

export interface Expectations {
  /** How the pods join a mesh. */
  mesh: 'none' | 'sidecar' | 'ambient'
  /** Where details runs. */
  details: readonly Runtime[]
  /** The account of the gateway that calls productpage; absent without a mesh. */
  gateway?: string
  networkPolicies: boolean
  /** A platform that assigns the users of pods; absent for clusters that leave this to manifests. */
  platform?: 'openshift'
  /** Names of rules that do not apply, because a lesson breaks them on purpose. */
  lifted?: readonly string[]
}
export type Runtime = 'container' | 'vm'

export const NAMESPACE = 'bookinfo'

export function ofKind({ manifests }: World, ...kinds: string[]): Manifest[] {
  return manifests.filter(({ kind }) => kinds.includes(kind))
}

export function find(world: World, kind: string, name: string): Manifest | undefined {
  return ofKind(world, kind).find((manifest) => manifest.name === name)
}

/** An object that creates pods: containers by a template, or virtual machines. */
export interface Workload {
  manifest: Manifest
  runtime: Runtime
  /** Of each pod. */
  labels: Record<string, string>
  annotations: Record<string, string>
  /** The spec of the pod, or of the machine (VirtualMachineInstance). */
  spec: Json | undefined
  ports: Port[]
}

export interface Port {
  name: string
  number: number
}

/** Where each kind keeps its template. */
const templates: Record<string, { runtime: Runtime; path: string }> = {
  Deployment: { runtime: 'container', path: 'spec.template' },
  StatefulSet: { runtime: 'container', path: 'spec.template' },
  DaemonSet: { runtime: 'container', path: 'spec.template' },
  Job: { runtime: 'container', path: 'spec.template' },
  VirtualMachine: { runtime: 'vm', path: 'spec.template' },
  VirtualMachinePool: { runtime: 'vm', path: 'spec.virtualMachineTemplate.spec.template' }
}

export function workloads(world: World): Workload[] {
  return ofKind(world, ...Object.keys(templates)).flatMap((manifest) => {
    const template = templates[manifest.kind]
    if (!template) return []
    const { runtime, path } = template
    const spec = at(manifest.body, `${path}.spec`)
    return [
      {
        manifest,
        runtime,
        labels: dictionary(at(manifest.body, `${path}.metadata.labels`)),
        annotations: dictionary(at(manifest.body, `${path}.metadata.annotations`)),
        spec,
        ports: runtime === 'container' ? containerPorts(spec) : machinePorts(spec)
      }
    ]
  })
}

/** Pods that Istio creates for a Gateway of the Gateway API, in the namespace of the Gateway. */
export interface GatewayPods {
  manifest: Manifest
  labels: Record<string, string>
  isWaypoint: boolean
}

/** https://istio.io/latest/docs/tasks/traffic-management/ingress/gateway-api/#automated-deployment */
export function gatewayPods(world: World): GatewayPods[] {
  return ofKind(world, 'Gateway')
    .filter(({ apiVersion }) => apiVersion.startsWith('gateway.networking.k8s.io/'))
    .map((manifest) => ({
      manifest,
      labels: {
        // The Gateway's own labels, unless it sets others for its infrastructure.
        ...dictionary(at(manifest.body, 'spec.infrastructure.labels') ?? at(manifest.body, 'metadata.labels')),
        'gateway.networking.k8s.io/gateway-name': manifest.name
      },
      isWaypoint: at(manifest.body, 'spec.gatewayClassName') === 'istio-waypoint'
    }))
}

/** The workloads that are virtual machines. */
export function machines(world: World): Workload[] {
  return workloads(world).filter(({ runtime }) => runtime === 'vm')
}

export function containers({ runtime, spec }: Workload): Json[] {
  return runtime === 'container' ? [...list(at(spec, 'containers')), ...list(at(spec, 'initContainers'))] : []
}

function containerPorts(spec: Json | undefined): Port[] {
  return list(at(spec, 'containers')).flatMap((container) =>
    list(at(container, 'ports')).map((port) => ({
      name: text(at(port, 'name')),
      number: Number(at(port, 'containerPort'))
    }))
  )
}

function machinePorts(spec: Json | undefined): Port[] {
  return list(at(spec, 'domain.devices.interfaces')).flatMap((card) =>
    list(at(card, 'ports')).map((port) => ({ name: text(at(port, 'name')), number: Number(at(port, 'port')) }))
  )
}

import { Gateway as ApiGateway } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/Gateway'
import { HTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute'
import { IstioOperator } from '@kubernetes-models/istio/install.istio.io/v1alpha1/IstioOperator'
import { DestinationRule } from '@kubernetes-models/istio/networking.istio.io/v1/DestinationRule'
import { Gateway } from '@kubernetes-models/istio/networking.istio.io/v1/Gateway'
import { ServiceEntry } from '@kubernetes-models/istio/networking.istio.io/v1/ServiceEntry'
import { Sidecar } from '@kubernetes-models/istio/networking.istio.io/v1/Sidecar'
import { VirtualService } from '@kubernetes-models/istio/networking.istio.io/v1/VirtualService'
import { EnvoyFilter } from '@kubernetes-models/istio/networking.istio.io/v1alpha3/EnvoyFilter'
import { AuthorizationPolicy } from '@kubernetes-models/istio/security.istio.io/v1/AuthorizationPolicy'
import { PeerAuthentication } from '@kubernetes-models/istio/security.istio.io/v1/PeerAuthentication'
import { RequestAuthentication } from '@kubernetes-models/istio/security.istio.io/v1/RequestAuthentication'
import { Telemetry } from '@kubernetes-models/istio/telemetry.istio.io/v1/Telemetry'
import { PodMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PodMonitor'
import { PrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule'
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor'
import { Deployment } from 'kubernetes-models/apps/v1/Deployment'
import { StatefulSet } from 'kubernetes-models/apps/v1/StatefulSet'
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler'
import { Ingress } from 'kubernetes-models/networking.k8s.io/v1/Ingress'
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy'
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget'
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap'
import { Namespace } from 'kubernetes-models/v1/Namespace'
import { PersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim'
import { Secret } from 'kubernetes-models/v1/Secret'
import { Service } from 'kubernetes-models/v1/Service'
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount'
import type { JsonObject } from '../json.ts'
import { watch } from './watched.ts'

/** The kinds that packages of npm know. */
const models: readonly Model[] = [
  ApiGateway,
  AuthorizationPolicy,
  ConfigMap,
  Deployment,
  DestinationRule,
  EnvoyFilter,
  Gateway,
  HTTPRoute,
  HorizontalPodAutoscaler,
  Ingress,
  IstioOperator,
  Namespace,
  NetworkPolicy,
  PeerAuthentication,
  PersistentVolumeClaim,
  PodDisruptionBudget,
  PodMonitor,
  PrometheusRule,
  RequestAuthentication,
  Secret,
  Service,
  ServiceAccount,
  ServiceEntry,
  ServiceMonitor,
  Sidecar,
  StatefulSet,
  Telemetry,
  VirtualService
]

interface Model {
  apiVersion: string
  kind: string
  prototype: { validate: (this: object) => void }
}

/**
 * Checks an object with the validator of its kind.
 *
 * @returns what is wrong, unknown fields among it; undefined if no package knows the kind
 */
export function checkWithModel(apiVersion: string, kind: string, body: JsonObject): string[] | undefined {
  const model = models.find((known) => known.apiVersion === apiVersion && known.kind === kind)
  if (!model) return undefined
  const watched = watch(body)
  try {
    model.prototype.validate.call(watched.value)
  } catch (error) {
    return [error instanceof Error ? error.message.replaceAll(/\bdata(?=\/| )/g, '') : String(error)]
  }
  return watched.neverRead().map((path) => `${path} is no field`)
}

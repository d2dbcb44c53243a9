import { forward, type Forward } from './kubectl.ts'

/** Where the ingress gateway of an overlay is. */
export const gateways = {
  istio: { service: 'istio-ingressgateway', namespace: 'istio-system' },
  'gateway-api': { service: 'bookinfo-gateway-istio', namespace: 'bookinfo' }
}

export type Overlay = keyof typeof gateways

/** Opens the way in that the overlay's README names. */
export function forwardGateway(overlay: Overlay, port = 80): Promise<Forward> {
  const { service, namespace } = gateways[overlay]
  return forward(service, port, namespace)
}

import { at, texts } from '../json.ts'
import { selectsByLabels, title } from '../manifest.ts'
import { find, machines, ofKind } from '../world.ts'
import { defineRule, type Rule } from './rule.ts'

/** The cluster's network around virtual machines. */
export const machineNetworkRules: readonly Rule[] = [
  defineRule('vm-ipv4', 'a machine has no IPv6 address (7184), so half of the calls are lost', (world) =>
    ofKind(world, 'Service')
      .filter(({ body }) => machines(world).some(({ labels }) => selectsByLabels(at(body, 'spec.selector'), labels)))
      .filter(({ body }) => {
        const policy = at(body, 'spec.ipFamilyPolicy')
        return (policy !== undefined && policy !== 'SingleStack') || texts(at(body, 'spec.ipFamilies')).includes('IPv6')
      })
      .map((service) => `${title(service)}: offers IPv6, and leads to a machine`)
  ),
  defineRule(
    'vm-network-attachment',
    "without it Multus skips Istio's CNI plugin, and the sidecar gets no traffic",
    (world) =>
      world.expect.platform === 'openshift' &&
      world.expect.mesh === 'sidecar' &&
      machines(world).length > 0 &&
      !find(world, 'NetworkAttachmentDefinition', 'istio-cni')
        ? ['NetworkAttachmentDefinition: there is no istio-cni']
        : []
  )
]

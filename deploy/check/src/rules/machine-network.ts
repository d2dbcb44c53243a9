import { at, texts } from '../json.ts'
import { selectsByLabels, title } from '../manifest.ts'
import { find, machines, ofKind } from '../world.ts'
import type { Rule } from './rule.ts'

/** What the cluster's network has to be told because of machines. */
export const machineNetworkRules: readonly Rule[] = [
  {
    name: 'vm-ipv4',
    why: 'a machine gets no IPv6 address by DHCP (7184), and the sidecar reaches it by IPv4 only: half of the calls are lost',
    check: (world) =>
      ofKind(world, 'Service')
        .filter(({ body }) => machines(world).some(({ labels }) => selectsByLabels(at(body, 'spec.selector'), labels)))
        .filter(({ body }) => {
          const policy = at(body, 'spec.ipFamilyPolicy')
          return (
            (policy !== undefined && policy !== 'SingleStack') || texts(at(body, 'spec.ipFamilies')).includes('IPv6')
          )
        })
        .map((service) => `${title(service)}: offers IPv6, and leads to a machine`)
  },
  {
    name: 'vm-network-attachment',
    why: "without it, a cluster with Multus does not run Istio's CNI plugin for the machine's pod, and the sidecar gets no traffic",
    check: (world) =>
      world.expect.platform === 'openshift' &&
      world.expect.mesh === 'sidecar' &&
      machines(world).length > 0 &&
      !find(world, 'NetworkAttachmentDefinition', 'istio-cni')
        ? ['NetworkAttachmentDefinition: there is no istio-cni']
        : []
  }
]

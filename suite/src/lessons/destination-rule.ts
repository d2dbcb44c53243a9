import { Type, type Static } from 'typebox'
import { Check } from 'typebox/value'
import type { Balance } from '../mesh/traffic.ts'
import { refuseByName, type Reading } from './reading.ts'
import { metadata, ServiceName, strict } from './schemas.ts'

const LoadBalancer = strict(
  {
    simple: Type.Optional(Type.Enum(['RANDOM', 'ROUND_ROBIN'])),
    consistentHash: Type.Optional(strict({ httpHeaderName: Type.String({ minLength: 1 }) }))
  },
  { minProperties: 1, maxProperties: 1 }
)

const DestinationRule = strict({
  apiVersion: Type.String(),
  kind: Type.String(),
  metadata,
  spec: strict({
    host: ServiceName,
    trafficPolicy: Type.Optional(strict({ loadBalancer: Type.Optional(LoadBalancer) })),
    subsets: Type.Optional(
      Type.Array(strict({ name: Type.String(), labels: Type.Record(Type.String(), Type.String()) }))
    )
  })
})

/** Reads subsets and the choice among several pods. */
export function readDestinationRule(object: unknown, reading: Reading): void {
  if (!Check(DestinationRule, object)) return refuseByName(DestinationRule, object, reading)
  const { host, trafficPolicy, subsets = [] } = object.spec
  reading.objects.add(`destinations of ${host}`)
  reading.subsets.set(host, new Map(subsets.map(({ name, labels }) => [name, labels])))
  reading.balance.set(host, balanceOf(trafficPolicy?.loadBalancer))
}

function balanceOf({ simple, consistentHash }: Partial<Static<typeof LoadBalancer>> = {}): Balance {
  if (consistentHash) return { kind: 'by header', header: consistentHash.httpHeaderName.toLowerCase() }
  return { kind: simple === 'RANDOM' ? 'random' : 'in turn' }
}

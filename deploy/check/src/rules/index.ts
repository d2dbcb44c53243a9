import { authorizationRules } from './authorization.ts'
import { availabilityRules } from './availability.ts'
import { databaseRules } from './databases.ts'
import { doorRules } from './door.ts'
import { entryRules } from './entries.ts'
import { hostRules } from './hosts.ts'
import { imageRules } from './images.ts'
import { machineNetworkRules } from './machine-network.ts'
import { machineUserDataRules } from './machine-user-data.ts'
import { machineMeshRules } from './machines-in-mesh.ts'
import { machineRules } from './machines.ts'
import { meshRules } from './mesh.ts'
import { monitoringRules } from './monitoring.ts'
import { nameRules } from './names.ts'
import { networkRules } from './network.ts'
import { podRules } from './pods.ts'
import { probeRules } from './probes.ts'
import { routingRules } from './routing.ts'
import type { Rule } from './rule.ts'
import { scalingRules } from './scaling.ts'
import { settingRules } from './settings.ts'

export type { Rule } from './rule.ts'

/** All rules. */
export const rules: readonly Rule[] = [
  ...podRules,
  ...availabilityRules,
  ...probeRules,
  ...settingRules,
  ...hostRules,
  ...imageRules,
  ...nameRules,
  ...scalingRules,
  ...entryRules,
  ...doorRules,
  ...meshRules,
  ...routingRules,
  ...authorizationRules,
  ...networkRules,
  ...databaseRules,
  ...machineRules,
  ...machineNetworkRules,
  ...machineUserDataRules,
  ...machineMeshRules,
  ...monitoringRules
]

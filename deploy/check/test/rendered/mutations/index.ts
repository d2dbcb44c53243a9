import { databaseMutations } from './databases.ts'
import { machineMutations } from './machines.ts'
import { meshMutations } from './mesh.ts'
import type { Mutation } from './mutation.ts'
import { monitoringMutations } from './monitoring.ts'
import { nameMutations } from './names.ts'
import { podMutations } from './pods.ts'
import { policyMutations } from './policies.ts'
import { schemaMutations } from './schemas.ts'
import { settingMutations } from './settings.ts'

/** Every rule has at least one. */
export const mutations: readonly Mutation[] = [
  ...podMutations,
  ...settingMutations,
  ...nameMutations,
  ...meshMutations,
  ...policyMutations,
  ...databaseMutations,
  ...machineMutations,
  ...monitoringMutations,
  ...schemaMutations
]

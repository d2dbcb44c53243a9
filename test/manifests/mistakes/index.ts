import { databaseMistakes } from './databases.ts'
import { machineMistakes } from './machines.ts'
import { meshMistakes } from './mesh.ts'
import type { SeededMistake } from './mistake.ts'
import { monitoringMistakes } from './monitoring.ts'
import { nameMistakes } from './names.ts'
import { podMistakes } from './pods.ts'
import { policyMistakes } from './policies.ts'
import { schemaMistakes } from './schemas.ts'
import { settingMistakes } from './settings.ts'

/** One line for each; every rule is in it at least once. */
export const mistakes: readonly SeededMistake[] = [
  ...podMistakes,
  ...settingMistakes,
  ...nameMistakes,
  ...meshMistakes,
  ...policyMistakes,
  ...databaseMistakes,
  ...machineMistakes,
  ...monitoringMistakes,
  ...schemaMistakes
]

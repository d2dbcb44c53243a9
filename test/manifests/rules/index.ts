import type { Rule } from './rule.ts'
import { imageRules } from './images.ts'
import { istioRules } from './istio.ts'
import { kubevirtRules } from './kubevirt.ts'
import { monitoringRules } from './monitoring.ts'
import { podRules } from './pods.ts'
import { policyRules } from './policies.ts'
import { probeRules } from './probes.ts'
import { referenceRules } from './references.ts'
import { settingRules } from './settings.ts'

export type { Rule } from './rule.ts'

/** All rules, in the order in which one reads manifests. */
export const rules: readonly Rule[] = [
  ...podRules,
  ...probeRules,
  ...settingRules,
  ...imageRules,
  ...referenceRules,
  ...istioRules,
  ...policyRules,
  ...kubevirtRules,
  ...monitoringRules
]

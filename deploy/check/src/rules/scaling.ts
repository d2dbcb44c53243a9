import { at, list, text } from '../json.ts'
import { selects, title, type Manifest } from '../manifest.ts'
import { containers, find, ofKind, workloads } from '../world.ts'
import { defineRule, type Rule } from './rule.ts'

/** Autoscalers. */
export const scalingRules: readonly Rule[] = [
  defineRule('autoscaler-target', 'the autoscaler scales nothing, or the next apply overrides it', (world) =>
    ofKind(world, 'HorizontalPodAutoscaler').flatMap((scaler) => {
      const kind = text(at(scaler.body, 'spec.scaleTargetRef.kind'))
      const name = text(at(scaler.body, 'spec.scaleTargetRef.name'))
      const workload = workloads(world).find(({ manifest }) => manifest.kind === kind && manifest.name === name)
      if (!workload) return [`${title(scaler)}: there is no ${kind} ${name}`]
      const known =
        workload.runtime === 'vm'
          ? ['compute']
          : list(at(workload.spec, 'containers')).map((each) => text(at(each, 'name')))
      const version = text(at(scaler.body, 'spec.scaleTargetRef.apiVersion'))
      return [
        ...(version === workload.manifest.apiVersion ? [] : [`${title(scaler)}: ${kind} is not of ${version}`]),
        ...replicaFindings(workload.manifest).map((finding) => `${title(scaler)}: ${kind} ${name} ${finding}`),
        ...list(at(scaler.body, 'spec.metrics'))
          .map((metric) => at(metric, 'containerResource.container'))
          .filter((container) => container !== undefined && !known.includes(text(container)))
          .map((container) => `${title(scaler)}: ${kind} ${name} has no container ${text(container)}`)
      ]
    })
  ),
  defineRule('autoscaler-alone', 'the autoscaler counts pods of another workload, or misses a container', (world) =>
    ofKind(world, 'HorizontalPodAutoscaler').flatMap((scaler) => {
      const kind = text(at(scaler.body, 'spec.scaleTargetRef.kind'))
      const target = find(world, kind, text(at(scaler.body, 'spec.scaleTargetRef.name')))
      return workloads(world)
        .filter(({ manifest, labels }) => manifest !== target && selects(at(target?.body, 'spec.selector'), labels))
        .filter(() => target !== undefined)
        .map(({ manifest }) => `${title(scaler)}: its target selects the pods of ${title(manifest)}, too`)
    })
  ),
  defineRule('session-shared', 'a reader who is signed in at one productpage is unknown to the others', (world) =>
    ofKind(world, 'HorizontalPodAutoscaler')
      .filter((scaler) => at(scaler.body, 'spec.scaleTargetRef.name') === 'productpage-v1')
      .flatMap((scaler) => {
        const secret = workloads(world)
          .filter(({ manifest }) => manifest.name === 'productpage-v1')
          .flatMap(containers)
          .flatMap((container) => list(at(container, 'env')))
          .find((each) => at(each, 'name') === 'SESSION_SECRET')
        return at(secret, 'valueFrom.secretKeyRef.optional') === false
          ? []
          : [`${title(scaler)}: SESSION_SECRET may be missing`]
      })
  )
]

/** A Deployment starts with one pod. A pool has no default: without the field its autoscaler stops (FailedGetScale). */
function replicaFindings({ kind, body }: Manifest): string[] {
  const isSet = at(body, 'spec.replicas') !== undefined
  if (kind === 'VirtualMachinePool') return isSet ? [] : ['has no replicas to begin with']
  return isSet ? ['has replicas, too'] : []
}

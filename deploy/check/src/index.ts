/** What tests of images, of clusters and of running services need to know of the manifests. */
export { worldNamed } from './checks.ts'
export { calledPath, databases, door, probePaths } from './facts.ts'
export { at, list, text } from './json.ts'
export { containerOptions } from './pod.ts'
export { servedMetrics } from './promql.ts'
export { combinations, overlays } from './targets.ts'
export { ofSuite } from './rules/pods.ts'
export { workloads, type Workload } from './world.ts'

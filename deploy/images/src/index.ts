export { catalogue, type Image, type Service } from './catalogue.ts'
// What building a virtual machine's image needs too.
export { findNode, nodeVersion } from './node-package.ts'
export type { Platform } from './options.ts'
export { labelsFor, readSources, type Sources } from './sources.ts'
export {
  explainFailure,
  Failure,
  requireTools,
  ROOT,
  run,
  stop,
  stopOnSignals,
  untilStopped,
  works,
  type Tools
} from '@bookinfo/cli'
export { unpack, unpackingTools } from './unpack.ts'

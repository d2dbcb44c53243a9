export { catalogue, type Image, type Service } from './catalogue.ts'
// What building a virtual machine's image needs too.
export { explainFailure, Failure } from './failure.ts'
export { findNode, nodeVersion } from './node-package.ts'
export type { Platform } from './options.ts'
export { ROOT, run, works } from './run.ts'
export { labelsFor, readSources, type Sources } from './sources.ts'
export { stop, stopOnSignals, untilStopped } from './stop-signal.ts'
export { requireTools, unpackingTools, type Tools } from './tools.ts'

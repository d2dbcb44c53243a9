export { catalogue, type Image, type Service } from './catalogue.ts'
// vm-images uses the following too.
export { findNode, nodeVersion } from './node-package.ts'
export type { Platform } from './options.ts'
export { labelsFor, readSources, type Sources } from './sources.ts'
export { unpack, unpackingTools } from './unpack.ts'

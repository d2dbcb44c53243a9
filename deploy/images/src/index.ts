export { catalogue, type Image, type Service } from './catalogue.ts'
export { nodeVersion } from './node-package.ts'

export { billOfMaterials, type Contents } from './bill.ts'
export { bundledPackages, modulesInBundle, type BundledPackage } from './bundled-package.ts'
export { readDebianPackages, type DebianPackage } from './debian-package.ts'
export { noticesFor } from './notices.ts'

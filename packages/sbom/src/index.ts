import { Contrib, Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library'
import { PackageURL } from 'packageurl-js'
import parseSpdx from 'spdx-expression-parse'
import type { BundledPackage } from './bundled-package.ts'
import type { DebianPackage } from './debian-package.ts'

export { bundledPackages, modulesInBundle, type BundledPackage } from './bundled-package.ts'
export { readDebianPackages, type DebianPackage } from './debian-package.ts'
export { noticesFor } from './notices.ts'

/** An artifact and the packages in it. */
export interface Contents {
  name: string
  version: string
  description: string
  /** `container` also for a virtual machine's disk, because CycloneDX has no type for one. */
  type?: 'container' | 'application'
  npm: readonly BundledPackage[]
  debian?: readonly DebianPackage[]
  /** The release of these packages, for example `13`. */
  debianRelease?: string
  /** The version of Node in it, for example `24.21.0`. */
  node?: string
  /** The time of the sources, in seconds since 1970. With the time of the build, every bill would differ. */
  sourceDateEpoch?: number
}

/** Writes a software bill of materials: CycloneDX 1.6 as JSON (ECMA-424). The same contents give the same text. */
export function billOfMaterials(contents: Contents): string {
  const { name, version, description, type = 'container', npm, debian = [], node, sourceDateEpoch } = contents
  const release = contents.debianRelease ?? ''
  const component = new Models.Component(
    Enums.ComponentType[type === 'container' ? 'Container' : 'Application'],
    name,
    {
      version,
      description,
      bomRef: `${name}@${version}`,
      licenses: new Models.LicenseRepository([licenses.makeFromString('Apache-2.0')])
    }
  )
  const metadata = new Models.Metadata({ component })
  if (sourceDateEpoch !== undefined) metadata.timestamp = new Date(sourceDateEpoch * 1000)

  const components = [
    ...npm.map(npmComponent),
    ...debian.map((inside) => debianComponent(inside, release)),
    ...(node === undefined ? [] : [nodeComponent(node)])
  ]
  for (const { bomRef } of components) component.dependencies.add(bomRef)
  const bom = new Models.Bom({ metadata, components: new Models.ComponentRepository(components) })
  const format = new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6)
  return `${new Serialize.JsonSerializer(format).serialize(bom, { sortLists: true, space: 2 })}\n`
}

const licenses = new Contrib.License.Factories.LicenseFactory(parseSpdx)
const fromManifest = new Contrib.FromNodePackageJson.Builders.ComponentBuilder(
  new Contrib.FromNodePackageJson.Factories.ExternalReferenceFactory(),
  licenses
)

function npmComponent({ name, version, manifest }: BundledPackage): Models.Component {
  const [baseName = name, scope] = name.split('/').toReversed()
  const component =
    fromManifest.makeComponent(manifest) ?? new Models.Component(Enums.ComponentType.Library, name, { version })
  return identify(component, new PackageURL('npm', scope, baseName, version))
}

function debianComponent(inside: DebianPackage, release: string): Models.Component {
  const { name, version, architecture, source, sourceVersion } = inside
  const upstream = source === name && sourceVersion === version ? {} : { upstream: `${source}@${sourceVersion}` }
  const distro = release === '' ? {} : { distro: `debian-${release}` }
  const component = new Models.Component(Enums.ComponentType.Library, name, { version })
  return identify(
    component,
    new PackageURL('deb', 'debian', name, version, { arch: architecture, ...distro, ...upstream })
  )
}

/** Scanners know Node by its CPE name. They do not know the npm package that contains it. */
function nodeComponent(version: string): Models.Component {
  const component = new Models.Component(Enums.ComponentType.Platform, 'node', {
    version,
    cpe: `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`,
    licenses: new Models.LicenseRepository([licenses.makeFromString('MIT')])
  })
  return identify(component, new PackageURL('generic', undefined, 'node', version))
}

function identify(component: Models.Component, purl: PackageURL): Models.Component {
  component.purl = purl.toString()
  component.bomRef.value = component.purl
  return component
}

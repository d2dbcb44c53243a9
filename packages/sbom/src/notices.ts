import { Contrib } from '@cyclonedx/cyclonedx-library'
import type { BundledPackage } from './bundled-package.ts'

const line = '='.repeat(78)

/**
 * Joins the licence texts of packages. Their licences require them from everybody who distributes the packages. The same packages
 * give the same text.
 */
export function noticesFor(packages: readonly BundledPackage[]): string {
  const parts = packages.map((bundled) => [line, titleOf(bundled), line, '', ...textsOf(bundled)].join('\n'))
  return ['This bundle contains these packages, under these licences.', '', ...parts].join('\n')
}

function titleOf({ name, version, manifest }: BundledPackage): string {
  // Old packages have a list of licences.
  const listed = manifest.licenses?.map(({ type }) => type).join(' OR ')
  return `${name} ${version}: ${manifest.license ?? listed ?? 'no licence is named'}`
}

function textsOf({ folder }: BundledPackage): string[] {
  const files = [...new Contrib.License.Utils.LicenseEvidenceGatherer().getFileAttachments(folder)]
  if (files.length === 0) return ['(The package does not contain the text of its licence.)', '']
  return files
    .toSorted((a, b) => (a.file < b.file ? -1 : 1))
    .map(({ text }) => `${Buffer.from(String(text.content), 'base64').toString().replaceAll('\r\n', '\n').trim()}\n`)
}

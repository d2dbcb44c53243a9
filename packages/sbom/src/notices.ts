import { Contrib } from '@cyclonedx/cyclonedx-library'
import type { BundledPackage } from './bundled-package.ts'

const line = '='.repeat(78)

/**
 * The licence texts of packages, as their licences ask of everybody who hands the packages on, in one text for people.
 * The same packages give the same text.
 */
export function noticesFor(packages: readonly BundledPackage[]): string {
  const parts = packages.map((bundled) => [line, titleOf(bundled), line, '', ...textsOf(bundled)].join('\n'))
  return ['This bundle contains these packages, under these licences.', '', ...parts].join('\n')
}

function titleOf({ name, version, manifest }: BundledPackage): string {
  // Old packages have a list instead.
  const listed = manifest.licenses?.map(({ type }) => type).join(' OR ')
  return `${name} ${version}: ${manifest.license ?? listed ?? 'a licence that it does not name'}`
}

function textsOf({ folder }: BundledPackage): string[] {
  const files = [...new Contrib.License.Utils.LicenseEvidenceGatherer().getFileAttachments(folder)]
  if (files.length === 0) return ['(It comes without the text of its licence.)', '']
  return files
    .toSorted((a, b) => (a.file < b.file ? -1 : 1))
    .map(({ text }) => `${Buffer.from(String(text.content), 'base64').toString().replaceAll('\r\n', '\n').trim()}\n`)
}

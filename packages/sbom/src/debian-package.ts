/** A Debian package, as dpkg and apt describe it. */
export interface DebianPackage {
  name: string
  version: string
  architecture: string
  /** The source package that it was built from, under whose name Debian tells of vulnerabilities. */
  source: string
  sourceVersion: string
}

/**
 * Reads paragraphs of control fields: `/var/lib/dpkg/status`, or what `dpkg-deb -f` prints of packages with empty lines between.
 * Packages that were removed, and paragraphs that are none, are left out.
 */
export function readDebianPackages(text: string): DebianPackage[] {
  return text
    .split(/\n{2,}/)
    .map(fieldsOf)
    .filter(({ Package, Version, Status }) => Package && Version && (!Status || Status.endsWith(' installed')))
    .map(({ Package: name = '', Version: version = '', Architecture: architecture = 'all', Source }) => {
      // "Source: name (version)", each where it is another than the package's.
      const [, source = name, sourceVersion = version] = /^(\S+)(?: \((.+)\))?$/.exec(Source ?? '') ?? []
      return { name, version, architecture, source, sourceVersion }
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

function fieldsOf(paragraph: string): Record<string, string> {
  const fields = paragraph.matchAll(/^([A-Za-z-]+): *(.*)$/gm)
  return Object.fromEntries([...fields].map(([, name = '', value = '']) => [name, value.trim()]))
}

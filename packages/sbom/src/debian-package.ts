/** A Debian package with the fields of dpkg and apt. */
export interface DebianPackage {
  name: string
  version: string
  architecture: string
  /** The source package that it was built from. Debian reports vulnerabilities by this name. */
  source: string
  sourceVersion: string
}

/**
 * Reads paragraphs of control fields: the file `/var/lib/dpkg/status`, or the output of `dpkg-deb -f`, with an empty line between
 * packages. Removed packages and paragraphs without a package are left out.
 */
export function readDebianPackages(text: string): DebianPackage[] {
  return text
    .split(/\n{2,}/)
    .map(fieldsOf)
    .filter(({ Package, Version, Status }) => Package && Version && (!Status || Status.endsWith(' installed')))
    .map(({ Package: name = '', Version: version = '', Architecture: architecture = 'all', Source }) => {
      // "Source: name (version)"; the name or the version is absent if it is that of the package.
      const [, source = name, sourceVersion = version] = /^(\S+)(?: \((.+)\))?$/.exec(Source ?? '') ?? []
      return { name, version, architecture, source, sourceVersion }
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

function fieldsOf(paragraph: string): Record<string, string> {
  const fields = paragraph.matchAll(/^([A-Za-z-]+): *(.*)$/gm)
  return Object.fromEntries([...fields].map(([, name = '', value = '']) => [name, value.trim()]))
}

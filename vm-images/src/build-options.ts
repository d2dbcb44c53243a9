import { Failure } from '@bookinfo/images'
import { parseArgs } from 'node:util'
import { architectureNames, findArchitecture, ownArchitecture, type Architecture } from './architecture.ts'
import { chooseImage, type Image } from './image.ts'

export interface BuildOptions {
  image: Image
  architecture: Architecture
  mirror: string | undefined
  help: boolean
}

const HELP = 'npm run vm:build -- --help'

export const buildUsage = `Usage: npm run vm:build -- [image] [options]

  image                details or mysql (default details)
  --architecture NAME  amd64 or arm64 (default this machine's)
  --mirror URL         source of Debian's packages, for example a day of snapshot.debian.org (default Debian's servers)
  --help               show this
`

/** @throws Failure that names the wrong argument and the allowed values */
export function buildOptions(argv: readonly string[]): BuildOptions {
  const { values, positionals } = parse(argv)
  const name = values.architecture ?? ownArchitecture()
  const architecture = findArchitecture(name)
  if (!architecture) throw new Failure(`--architecture must be ${architectureNames.join(' or ')}, got "${name}"`)
  if (values.mirror !== undefined && !URL.canParse(values.mirror))
    throw new Failure(`--mirror must be the URL of a Debian archive, got "${values.mirror}"`)
  return { image: chooseImage(positionals, HELP), architecture, mirror: values.mirror, help: values.help === true }
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { architecture: { type: 'string' }, mirror: { type: 'string' }, help: { type: 'boolean' } }
    })
  } catch (error) {
    throw new Failure(`${error instanceof Error ? error.message : String(error)}; see ${HELP}`)
  }
}

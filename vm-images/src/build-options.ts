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

  image                details or mysql; details if not given
  --architecture NAME  amd64 or arm64; this machine's if not given
  --mirror URL         where Debian's packages come from, for example a day of snapshot.debian.org;
                       Debian's own servers if not given
  --help               show this
`

/** @throws Failure naming the argument that is wrong, and what is allowed */
export function buildOptions(argv: readonly string[]): BuildOptions {
  const { values, positionals } = parse(argv)
  const name = values.architecture ?? ownArchitecture()
  const architecture = findArchitecture(name)
  if (!architecture)
    throw new Failure(`--architecture cannot be "${name}": allowed are ${architectureNames.join(' and ')}`)
  if (values.mirror !== undefined && !URL.canParse(values.mirror))
    throw new Failure(`--mirror cannot be "${values.mirror}": allowed is the address of a Debian archive`)
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

import { parseOptions, readChoice, refuse } from '@bookinfo/cli'
import { architectureNames, architectures, ownArchitecture, type Architecture } from './architecture.ts'
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

const text = { type: 'string' } as const
const options = { architecture: text, mirror: text, help: { type: 'boolean' } } as const

/** @throws Failure that names the wrong argument and the allowed values */
export function buildOptions(argv: readonly string[]): BuildOptions {
  const { values, positionals } = parseOptions(argv, { options, help: HELP })
  const { architecture = ownArchitecture(), mirror, help = false } = values
  if (mirror !== undefined && !URL.canParse(mirror)) refuse('--mirror', mirror, 'the URL of a Debian archive')
  const name = readChoice('--architecture', architecture, architectureNames)
  return { image: chooseImage(positionals, HELP), architecture: architectures[name], mirror, help }
}

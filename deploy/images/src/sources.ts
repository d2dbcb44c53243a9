import { Failure, ROOT, run } from '@bookinfo/cli'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The state of the sources. Equal sources make equal images. */
export interface Sources {
  version: string
  /** The commit, with `-dirty` where files differ from it; undefined outside of a clone. */
  revision: string | undefined
  /** The time of the sources, in seconds since 1970. Every file and the image get this time. */
  epoch: number
}

/** Reads time and revision of the last commit. SOURCE_DATE_EPOCH overrides the time; without both it is 1970. */
export async function readSources(env: NodeJS.ProcessEnv): Promise<Sources> {
  const { version }: { version: string } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const git = (...args: string[]) =>
    run('git', args).then(
      (text) => text.trim(),
      () => undefined
    )
  const [revision, time, changes] = await Promise.all([
    git('rev-parse', 'HEAD'),
    git('log', '-1', '--format=%ct'),
    git('status', '--porcelain', '--untracked-files=no')
  ])
  return {
    version,
    revision: revision && (changes ? `${revision}-dirty` : revision),
    epoch: readEpoch(env['SOURCE_DATE_EPOCH'] || time || '0')
  }
}

function readEpoch(text: string): number {
  if (/^[0-9]{1,10}$/.test(text)) return Number(text)
  throw new Failure(`SOURCE_DATE_EPOCH must be whole seconds since 1970, got "${text}"`)
}

/** The label with the commit of an image. */
export const REVISION = 'org.opencontainers.image.revision'

/** Labels with names by OCI: https://specs.opencontainers.org/image-spec/annotations/ */
export function labelsFor(name: string, { version, revision, epoch }: Sources): Record<string, string> {
  return {
    'org.opencontainers.image.title': name,
    'org.opencontainers.image.version': version,
    'org.opencontainers.image.created': new Date(epoch * 1000).toISOString().replace('.000Z', 'Z'),
    ...(revision !== undefined && { [REVISION]: revision })
  }
}

import { Failure, works } from '@bookinfo/cli'
import { createBuildah } from './buildah.ts'
import type { Builder } from './builder.ts'
import { createDocker } from './docker.ts'
import type { Options } from './options.ts'

/**
 * Finds a builder that works on this machine. Docker may be installed without a running engine.
 *
 * @throws Failure if there is none
 */
export async function chooseBuilder(wanted: Options['builder']): Promise<Builder> {
  if (wanted !== 'buildah' && (await works('docker', ['version'])) && (await works('docker', ['buildx', 'version'])))
    return createDocker()
  if (wanted === 'docker')
    throw new Failure('no Docker engine with buildx answers: start it, or build with --builder buildah')
  if (await works('buildah', ['version'])) return createBuildah()
  const needed = wanted === 'auto' ? 'a running Docker engine with buildx, or buildah' : 'buildah'
  throw new Failure(`building images needs ${needed}: on Debian and Ubuntu, apt-get install buildah`)
}

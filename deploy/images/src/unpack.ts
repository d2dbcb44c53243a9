import { Failure, run, type Tools } from '@bookinfo/cli'
import { tmpdir } from 'node:os'

/** Tools that unpack Debian's packages. */
export const unpackingTools: Tools = {
  mmdebstrap: { inPackage: 'mmdebstrap' },
  'eu-strip': { inPackage: 'elfutils' }
}

/**
 * Runs a program that unpacks Debian's packages. If the keys of Debian's archive are missing, as on other systems, the error names
 * the package that contains them.
 *
 * It runs in a folder that everyone may enter. In mmdebstrap's namespace the user may not enter the repository, and pyenv's Python,
 * which the filter of mmdebstrap may start, refuses to run there.
 *
 * @throws Failure
 */
export async function unpack(program: string, args: readonly string[], env: Record<string, string>): Promise<void> {
  try {
    await run(program, args, env, tmpdir())
  } catch (error) {
    if (!(error instanceof Failure) || !/NO_PUBKEY|is not signed/.test(error.message)) throw error
    throw new Failure(
      `${error.message}\n\nThe keys of Debian's archive are missing: apt-get install debian-archive-keyring`
    )
  }
}

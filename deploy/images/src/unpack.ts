import { Failure, ROOT, run, type Tools } from '@bookinfo/cli'

/** Tools that unpack Debian's packages. */
export const unpackingTools: Tools = {
  mmdebstrap: { inPackage: 'mmdebstrap' },
  'eu-strip': { inPackage: 'elfutils' }
}

/**
 * Runs a program that unpacks Debian's packages. If the keys of Debian's archive are missing, as on other systems, the error names
 * the package that contains them.
 *
 * @throws Failure
 */
export async function unpack(
  program: string,
  args: readonly string[],
  env: Record<string, string>,
  cwd = ROOT
): Promise<void> {
  try {
    await run(program, args, env, cwd)
  } catch (error) {
    if (!(error instanceof Failure) || !/NO_PUBKEY|is not signed/.test(error.message)) throw error
    throw new Failure(
      `${error.message}\n\nThe keys of Debian's archive are missing: apt-get install debian-archive-keyring`
    )
  }
}

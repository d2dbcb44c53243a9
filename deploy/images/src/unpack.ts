import { Failure, run, type Tools } from '@bookinfo/cli'

/** What unpacking Debian's packages needs. */
export const unpackingTools: Tools = {
  mmdebstrap: { inPackage: 'mmdebstrap' },
  'eu-strip': { inPackage: 'elfutils' }
}

/**
 * Runs a program that unpacks Debian's packages. Debian has the keys by which apt knows that they are Debian's, others may not;
 * and apt does not say where to take them from.
 *
 * @throws Failure
 */
export async function unpack(program: string, args: readonly string[], env: Record<string, string>): Promise<void> {
  try {
    await run(program, args, env)
  } catch (error) {
    if (!(error instanceof Failure) || !/NO_PUBKEY|is not signed/.test(error.message)) throw error
    throw new Failure(
      `${error.message}\n\nThe keys of Debian's archive are missing: apt-get install debian-archive-keyring`
    )
  }
}

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Puts programs, by the shell scripts that they are, into a folder: what a build finds in place of the real ones. */
export async function writePrograms(folder: string, scripts: Record<string, string>): Promise<void> {
  for (const [name, script] of Object.entries(scripts))
    await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
}

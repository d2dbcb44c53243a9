import { Failure } from '@bookinfo/cli'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Writes the files of a bench into the folder of its option `--out`. */
export async function writeAll(folder: string, files: Record<string, string>): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  } catch (error) {
    throw new Failure(`--out ${folder} cannot be written: ${error instanceof Error ? error.message : String(error)}`)
  }
}

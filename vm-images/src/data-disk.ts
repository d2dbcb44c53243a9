import { Failure } from '@bookinfo/images'
import { open } from 'node:fs/promises'

/** Room enough for every product and reviewer; a file with holes, which takes what is written to it. */
const SIZE = 1024 ** 3

/** Makes the file for a machine's second disk, empty, unless it is there. @throws Failure if it cannot be made */
export async function requireDataDisk(file: string): Promise<void> {
  try {
    await using made = await open(file, 'wx')
    await made.truncate(SIZE)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return
    throw new Failure(`the disk for data cannot be made: ${error instanceof Error ? error.message : String(error)}`)
  }
}

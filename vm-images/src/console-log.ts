import { Failure } from '@bookinfo/images'
import { createWriteStream } from 'node:fs'
import { once } from 'node:events'

/** A file that gets what a machine's console says. */
export interface ConsoleLog {
  write(text: string): void
  /** Resolves if it cannot be written to any more, with the reason: nothing else fails by that. */
  failed: Promise<string>
}

/** @throws Failure if the file cannot be written */
export async function openConsoleLog(file: string): Promise<ConsoleLog> {
  const stream = createWriteStream(file)
  try {
    await once(stream, 'open')
  } catch (error) {
    throw new Failure(`--log cannot be "${file}": ${error instanceof Error ? error.message : String(error)}`)
  }
  const failed = new Promise<string>((resolve) => {
    stream.on('error', (error) => resolve(`${file} cannot be written any more: ${error.message}`))
  })
  return { write: (text) => void stream.write(text), failed }
}

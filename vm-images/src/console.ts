import { Failure } from '@bookinfo/cli'
import { createWriteStream } from 'node:fs'
import { once } from 'node:events'

/** On the console journald puts the time since the boot and the program before each line: `[   14.327] node[257]: {…}`. */
const FROM_SERVICE = /^\[ *\d+\.\d+\] node\[\d+\]: (.*)$/gm

/** The service's own lines on a machine's console: JSON, or Node's report of an uncaught error. */
export function serviceLines(console: string): string[] {
  return [...console.replaceAll('\r', '').matchAll(FROM_SERVICE)].map(([, line = '']) => line)
}

/** A file for the text of a machine's console. */
export interface ConsoleLog {
  write(text: string): void
  /** Resolves with the reason when the file can no longer be written. Write errors are not reported anywhere else. */
  failed: Promise<string>
}

/** @throws Failure if the file cannot be written */
export async function openConsoleLog(file: string): Promise<ConsoleLog> {
  const stream = createWriteStream(file)
  try {
    await once(stream, 'open')
  } catch (error) {
    throw new Failure(
      `--log must be a writable file, got "${file}": ${error instanceof Error ? error.message : String(error)}`
    )
  }
  const failed = new Promise<string>((resolve) => {
    stream.on('error', (error) => resolve(`${file} cannot be written any more: ${error.message}`))
  })
  return { write: (text) => void stream.write(text), failed }
}

import { Stopped } from './stop-signal.ts'

/** An error that the user can fix. Its message says what is wrong and what to do. */
export class Failure extends Error {}

/**
 * Runs the body of a command. A Failure becomes one message on stderr and exit status 1, or another; after a stop signal the status
 * is that of the signal, without a message.
 */
export async function explainFailure(body: () => Promise<void>, status = 1): Promise<void> {
  try {
    await body()
  } catch (error) {
    if (error instanceof Stopped) return void (process.exitCode = error.status)
    if (!(error instanceof Failure)) throw error
    process.stderr.write(`bookinfo: ${error.message}\n`)
    process.exitCode = status
  }
}

/** Writes a line for the user to stdout. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

import { Stopped } from './stop-signal.ts'

/** Something that the user can mend; its message says what to do. */
export class Failure extends Error {}

/** Runs what a program is for. A Failure becomes lines on stderr and exit status 1; who asked it to end knows why it ended. */
export async function explainFailure(body: () => Promise<void>): Promise<void> {
  try {
    await body()
  } catch (error) {
    if (error instanceof Stopped) return void (process.exitCode = error.status)
    if (!(error instanceof Failure)) throw error
    process.stderr.write(`bookinfo: ${error.message}\n`)
    process.exitCode = 1
  }
}

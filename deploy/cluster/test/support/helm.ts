import { writeChart } from '@bookinfo/deploy-check'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)
const OUTPUT_LIMIT = 16 * 2 ** 20

/** Without Jaeger, as a cluster may not have its image. */
export const withoutJaeger = ['--set', 'tracing.jaeger=false']

/** The chart as npm run chart writes it, in a folder of its own. */
export interface Chart extends Disposable {
  folder: string
  /** Runs `helm COMMAND bookinfo CHART --namespace bookinfo` with options. @returns its stdout @throws Error with its stderr */
  helm: (command: string, options?: readonly string[]) => Promise<string>
}

export function openChart(): Chart {
  const folder = mkdtempSync(join(tmpdir(), 'bookinfo-chart-'))
  writeChart(folder, '')
  return {
    folder,
    helm: (command, options = []) => helm([command, 'bookinfo', folder, '--namespace', 'bookinfo', ...options]),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true })
  }
}

/** Runs Helm on the cluster that KUBECONFIG names. @returns its stdout @throws Error with its stderr */
export async function helm(args: readonly string[]): Promise<string> {
  const { stdout } = await execute('helm', [...args], { maxBuffer: OUTPUT_LIMIT })
  return stdout
}

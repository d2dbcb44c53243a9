import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const ROOT = join(import.meta.dirname, '../../../..')

/**
 * The commands in a page's console blocks: lines after a dollar sign, with those that a backslash continues.
 *
 * @param heading of a section, for its commands alone
 */
export function commandsOf(page: string, heading?: string): string[] {
  const text = heading === undefined ? readPage(page) : sectionOf(readPage(page), heading)
  const blocks = [...text.matchAll(/```console\n([^]*?)```/g)].map(([, block = '']) => block)
  return blocks.flatMap((block) => [...block.matchAll(/^\$ ((?:.*\\\n)*.*)$/gm)].map(([, command = '']) => command))
}

/** The kustomization that a page shows. */
export function kustomizationOf(page: string): string {
  const [, text] = /```yaml\n(namespace:[^]*?)```/.exec(readPage(page)) ?? []
  if (text === undefined) throw new Error(`${page} shows no kustomization`)
  return text
}

/**
 * Runs a command as a shell does. One that ends in an ampersand is started only, until it prints its first line.
 *
 * @returns what ends it
 */
export async function execute(command: string): Promise<() => Promise<void>> {
  const background = command.endsWith('&')
  const script = background ? `exec ${command.slice(0, -1)}` : command
  const child = spawn('bash', ['-ec', script], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })
  if (background) await Promise.race([once(lines, 'line'), exit])
  else await exit
  const failed = background ? child.exitCode !== null : child.exitCode !== 0
  if (failed) throw new Error(`"${command}" has ended with status ${child.exitCode}`)
  process.stdout.write(`  $ ${command}\n`)
  return async () => {
    child.kill('SIGTERM')
    await exit
  }
}

function readPage(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8')
}

function sectionOf(text: string, heading: string): string {
  const section = text.split(/^## /m).find((each) => each.startsWith(`${heading}\n`))
  if (section === undefined) throw new Error(`there is no heading "${heading}"`)
  return section
}

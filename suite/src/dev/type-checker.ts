import { readFile } from 'node:fs/promises'
import { setPriority } from 'node:os'
import { join } from 'node:path'
import { API, type Diagnostic, type Snapshot } from 'typescript/unstable/async'
import { formatExcerpt } from '../excerpt.ts'
import { ROOT } from '../topology.ts'
import { createImporters } from './importers.ts'

// A process of its own beside `npm run dev`: it gets the names of changed files, and sends lines for people. It has the types of
// the whole repository in memory: they take some three seconds of processor time once, and a file a fraction of a second from then on.

/** Errors that are shown after a change. `npm run typecheck` shows all. */
const SHOWN = 3

/** The suite and the editor go first. */
const LOW_PRIORITY = 10

setPriority(LOW_PRIORITY)
const api = new API({ cwd: ROOT })
const importers = createImporters()
let snapshot: Snapshot | undefined
let known = new Set<string>()
/** Saved files that the snapshot does not have yet. */
let saved: string[] = []
/** Files to check, in this order. */
let waiting: string[] = []
const wrong = new Set<string>()
/** Errors since the last change. */
let found = 0
let isAnyTold = false
let isAtWork = true
void openProject().then(work)

// What goes wrong ends the process, and its parent says so.
process.on('message', (files) => {
  saved.push(...(Array.isArray(files) ? files.map(String) : []))
  if (!isAtWork) void work()
})
process.on('disconnect', () => process.exit())

async function openProject(): Promise<void> {
  snapshot = await api.updateSnapshot({ openProjects: [join(ROOT, 'tsconfig.json')] })
  await importers.read(await listSources())
}

async function listSources(): Promise<string[]> {
  const names = (await snapshot?.getProjects()[0]?.program.getSourceFileNames()) ?? []
  return names.filter((name) => !name.includes('/node_modules/'))
}

/** Checks what waits, one file after the other. A further change comes in between. */
async function work(): Promise<void> {
  isAtWork = true
  for (;;) {
    if (saved.length > 0) await takeSaved()
    const file = waiting.shift()
    if (file === undefined) break
    await check(file)
  }
  if (found > SHOWN) tell(`and ${found - SHOWN} more type errors: npm run typecheck shows all`)
  if (isAnyTold && wrong.size === 0) tell('no type errors any more')
  isAnyTold = wrong.size > 0
  isAtWork = false
}

/** Saved files are checked first, then those that had errors before, then those that import the saved ones. */
async function takeSaved(): Promise<void> {
  const files = saved
  saved = []
  found = 0
  const before = snapshot
  snapshot = await api.updateSnapshot({ fileChanges: { changed: files } })
  await before?.dispose()
  known = new Set(await listSources())
  await importers.read(files)
  waiting = [...new Set([...files, ...wrong, ...importers.of(files), ...waiting])]
}

async function check(file: string): Promise<void> {
  const program = snapshot?.getProjects()[0]?.program
  wrong.delete(file)
  // Node tells syntax errors itself, when the service starts again.
  if (!program || !known.has(file) || (await program.getSyntacticDiagnostics(file)).length > 0) return
  const errors = await program.getSemanticDiagnostics(file)
  if (errors.length === 0) return
  wrong.add(file)
  isAnyTold = true
  for (const error of errors.slice(0, Math.max(0, SHOWN - found))) tell(await describe(file, error))
  found += errors.length
}

async function describe(file: string, { pos, text, code, messageChain = [] }: Diagnostic): Promise<string> {
  const source = await readFile(file, 'utf8')
  const before = source.slice(0, pos).split('\n')
  const why = messageChain[0]?.text
  return formatExcerpt({
    file,
    line: before.length,
    column: (before.at(-1)?.length ?? 0) + 1,
    message: `TS${code}: ${text}${why === undefined ? '' : ` ${why}`}`,
    code: source.split('\n')[before.length - 1] ?? ''
  })
}

function tell(line: string): void {
  process.send?.(line)
}

import { readFile } from 'node:fs/promises'
import { setPriority } from 'node:os'
import { join } from 'node:path'
import { API, type Diagnostic, type Snapshot } from 'typescript/unstable/async'
import { formatExcerpt } from '../excerpt.ts'
import { ROOT } from '../topology.ts'

// A process of its own beside `npm run dev`: it gets the names of changed files, and sends lines for people. It has the types of
// the whole repository in memory: they take some three seconds of processor time once, and a file a fraction of a second from then on.

/** Errors that are shown of a file. `npm run typecheck` shows all. */
const SHOWN = 3

/** The suite and the editor go first. */
const LOW_PRIORITY = 10

setPriority(LOW_PRIORITY)
const api = new API({ cwd: ROOT })
let snapshot: Snapshot | undefined
let wrong = new Set<string>()
let last = openProject()

// One check after the other. What goes wrong ends the process, and its parent says so.
process.on('message', (files) => {
  const names = Array.isArray(files) ? files.map(String) : []
  last = last.then(() => check(names))
})
process.on('disconnect', () => process.exit())

async function openProject(): Promise<void> {
  snapshot = await api.updateSnapshot({ openProjects: [join(ROOT, 'tsconfig.json')] })
}

/** Tells the type errors of files that have changed, and of those that had some before. */
async function check(files: readonly string[]): Promise<void> {
  const before = snapshot
  snapshot = await api.updateSnapshot({ fileChanges: { changed: [...files] } })
  await before?.dispose()
  const program = snapshot.getProjects()[0]?.program
  const known = new Set(await program?.getSourceFileNames())
  const stillWrong = new Set<string>()
  for (const file of new Set([...files, ...wrong])) {
    // Node tells syntax errors itself, when the service starts again.
    if (!program || !known.has(file) || (await program.getSyntacticDiagnostics(file)).length > 0) continue
    const errors = await program.getSemanticDiagnostics(file)
    if (errors.length === 0) continue
    stillWrong.add(file)
    for (const error of errors.slice(0, SHOWN)) tell(await describe(file, error))
    if (errors.length > SHOWN) tell(`and ${errors.length - SHOWN} more type errors: npm run typecheck shows all`)
  }
  if (wrong.size > 0 && stillWrong.size === 0) tell('no type errors any more')
  wrong = stillWrong
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

import { table } from './bench.ts'
import { byDefault } from './contenders.ts'
import { CONNECTIONS, readAtOnce } from './load.ts'
import type { Progress } from './progress.ts'
import { cpuMsOf, memoryMibOf, startServer, type ServiceName, type Surroundings } from './suite.ts'

/** MiB: V8's --max-semi-space-size, three of which hold young objects. V8 chooses by the machine where it is undefined. */
const SEMI_SPACES = [undefined, 16, 8]
const PAGES = 100_000
const SECONDS_EACH = 45

export const MEMORY_SECONDS = SEMI_SPACES.length * SECONDS_EACH

export interface MemoryFigures {
  semiSpaceMib: number | undefined
  /** MiB of each process, before the first page and right after the last. */
  processes: { name: string; idleMib: number; loadedMib: number }[]
  /** Milliseconds of CPU time for a page, of all processes. */
  cpuMs: number
}

/** Measures the memory of the suite's six processes. @param pages read with each setting */
export async function measureMemory(
  around: Surroundings & { progress: Progress },
  pages = PAGES
): Promise<MemoryFigures[]> {
  const all: MemoryFigures[] = []
  for (const semiSpaceMib of SEMI_SPACES) {
    around.progress.step(`memory, semi-space ${semiSpaceMib ?? 'of V8’s choice'}`)
    await using stack = new AsyncDisposableStack()
    const { page, pids } = await startSix(semiSpaceMib, around, stack)
    const memory = () => Object.entries(pids).map(([name, pid]) => ({ name, mib: memoryMibOf(pid) }))
    const cpuMs = () => Object.values(pids).reduce((sum, pid) => sum + cpuMsOf(pid), 0)
    const idle = memory()
    const startMs = cpuMs()
    await readAtOnce(page, CONNECTIONS, (asked) => asked >= pages)
    const loaded = memory()
    all.push({
      semiSpaceMib,
      processes: idle.map(({ name, mib }, index) => ({ name, idleMib: mib, loadedMib: loaded[index]?.mib ?? NaN })),
      cpuMs: (cpuMs() - startMs) / pages
    })
  }
  return all
}

/** The suite with all versions of reviews, with the default settings. */
async function startSix(semiSpaceMib: number | undefined, around: Surroundings, stack: AsyncDisposableStack) {
  const flags = semiSpaceMib === undefined ? [] : [`--max-semi-space-size=${semiSpaceMib}`]
  const pids: Record<string, number> = {}
  const start = async (name: string, service: ServiceName, env: NodeJS.ProcessEnv = {}) => {
    const { pid, port } = stack.use(await startServer(byDefault, service, { ...around, env, flags }))
    pids[name] = pid
    return `127.0.0.1:${port}`
  }
  const details = await start('details', 'details')
  const ratings = await start('ratings', 'ratings')
  const reviews = [
    await start('reviews v1', 'reviews', { ENABLE_RATINGS: 'false' }),
    await start('reviews v2', 'reviews', { RATINGS_HOSTNAME: ratings }),
    await start('reviews v3', 'reviews', { RATINGS_HOSTNAME: ratings, STAR_COLOR: 'red' })
  ].join(',')
  const env = { DETAILS_HOSTNAME: details, REVIEWS_HOSTNAME: reviews, RATINGS_HOSTNAME: ratings }
  const page = { port: Number((await start('productpage', 'productpage', env)).split(':')[1]) }
  return { page, pids }
}

export function describeMemory(all: readonly MemoryFigures[]): string {
  const mib = (values: readonly number[]) =>
    `${values.reduce((sum, value) => sum + value, 0).toFixed(0)} (${values.map((value) => value.toFixed(0)).join(' + ')})`
  const rows = all.map(({ semiSpaceMib, processes, cpuMs }) => [
    semiSpaceMib === undefined ? 'V8’s choice' : `${semiSpaceMib} MiB`,
    mib(processes.map(({ idleMib }) => idleMib)),
    mib(processes.map(({ loadedMib }) => loadedMib)),
    cpuMs.toFixed(3)
  ])
  const names = all[0]?.processes.map(({ name }) => name).join(', ')
  return `${table(['semi-space', 'MiB idle', `MiB after ${PAGES} pages`, 'CPU ms of a page'], rows)}\n\nProcesses: ${names}`
}

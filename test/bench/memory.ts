import { sum, table } from './bench.ts'
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
    const { productpage, processes } = await startSix(semiSpaceMib, around, stack)
    const cpuMs = () => sum(processes.map(({ pid }) => cpuMsOf(pid)))
    const idle = processes.map(({ name, pid }) => ({ name, pid, idleMib: memoryMibOf(pid) }))
    const startMs = cpuMs()
    await readAtOnce(productpage, CONNECTIONS, (asked) => asked >= pages)
    all.push({
      semiSpaceMib,
      processes: idle.map(({ name, pid, idleMib }) => ({ name, idleMib, loadedMib: memoryMibOf(pid) })),
      cpuMs: (cpuMs() - startMs) / pages
    })
  }
  return all
}

/** The suite with all versions of reviews, with the default settings. */
async function startSix(semiSpaceMib: number | undefined, around: Surroundings, stack: AsyncDisposableStack) {
  const flags = semiSpaceMib === undefined ? [] : [`--max-semi-space-size=${semiSpaceMib}`]
  const start = async (service: ServiceName, name: string, env: NodeJS.ProcessEnv = {}) => {
    const { pid, port } = stack.use(await startServer(byDefault, service, { ...around, env, flags }))
    return { name, pid, port, address: `127.0.0.1:${port}` }
  }
  const details = await start('details', 'details')
  const ratings = await start('ratings', 'ratings')
  const withStars = { RATINGS_HOSTNAME: ratings.address }
  const reviews = [
    await start('reviews', 'reviews v1', { ENABLE_RATINGS: 'false' }),
    await start('reviews', 'reviews v2', withStars),
    await start('reviews', 'reviews v3', { ...withStars, STAR_COLOR: 'red' })
  ]
  const productpage = await start('productpage', 'productpage', {
    ...withStars,
    DETAILS_HOSTNAME: details.address,
    REVIEWS_HOSTNAME: reviews.map(({ address }) => address).join(',')
  })
  return { productpage, processes: [details, ratings, ...reviews, productpage] }
}

export function describeMemory(all: readonly MemoryFigures[]): string {
  const mib = (values: readonly number[]) =>
    `${sum(values).toFixed(0)} (${values.map((value) => value.toFixed(0)).join(' + ')})`
  const rows = all.map(({ semiSpaceMib, processes, cpuMs }) => [
    semiSpaceMib === undefined ? 'V8’s choice' : `${semiSpaceMib} MiB`,
    mib(processes.map(({ idleMib }) => idleMib)),
    mib(processes.map(({ loadedMib }) => loadedMib)),
    cpuMs.toFixed(3)
  ])
  const names = all[0]?.processes.map(({ name }) => name).join(', ')
  return `${table(['semi-space', 'MiB idle', `MiB after ${PAGES} pages`, 'CPU ms of a page'], rows)}\n\nProcesses: ${names}`
}

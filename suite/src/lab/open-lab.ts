import type { App } from '@bookinfo/service-kit'
import { readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { join, resolve } from 'node:path'
import { createFaultReport } from '../mesh/fault-span.ts'
import { openMesh } from '../mesh/mesh.ts'
import { edgeName } from '../mesh/traffic.ts'
import type { Options } from '../options.ts'
import type { Plan } from '../plan.ts'
import { ratingsVariants, type RatingsVersion } from '../ratings-store.ts'
import { HOST, labPort, ROOT, type Place, type ViewerPlace } from '../topology.ts'
import { createLab, type Lab } from './lab.ts'

const LESSONS = 'deploy/lessons'

/** The lab of a suite, with the mesh between the services. */
export interface OpenLab {
  lab: Lab
  /** The services, which call each other by the mesh. */
  places: Place[]
  /** The trace viewer, which shows the lab. */
  viewer: ViewerPlace | undefined
  /** Opens the API, and sends the readers of `--load`: after the start, so that the start takes no longer for it. */
  listen(stop: AbortSignal): Promise<void>
  close(): Promise<void>
}

/**
 * Opens the mesh, and sets what the options say.
 *
 * @throws Failure if a lesson is refused
 */
export async function openLab(plan: Plan, options: Options): Promise<OpenLab> {
  const { viewer } = plan.traces
  const ratings = options.ratings ?? 'v1'
  const ratingsVersions = [...new Set<RatingsVersion>(['v1', ratings, ...ratingsVariants])]
  const placesWith = (version: RatingsVersion): Place[] =>
    plan.placeInMesh((from, to) => mesh.ports.get(edgeName({ from, to })), version)
  const lab = createLab({
    ratings,
    ratingsVersions,
    placeRatings: (version) => placesWith(version).find(({ service }) => service === 'ratings')
  })
  const mesh = await openMesh({
    traffic: lab.traffic,
    endpointsOf: (service) => lab.endpointsOf(service),
    reportFault: viewer ? createFaultReport(`http://${HOST}:${viewer.otlpPort}`) : () => undefined,
    chance: Math.random,
    sleep
  })
  const places = placesWith(ratings)
  const port = labPort(options.basePort)
  let server: App | undefined

  async function applyLesson(file: string, from: string): Promise<void> {
    // Only who applies a lesson needs the parser.
    const { readLesson } = await import('../lessons/lesson.ts')
    lab.applyLesson(readLesson(file, resolve(from, file), { places: lab.places() ?? places, traffic: lab.traffic }))
  }

  try {
    for (const fault of options.faults) lab.setFault(fault)
    for (const file of options.lessons) await applyLesson(file, process.env['INIT_CWD'] ?? process.cwd())
    if (options.split) lab.setSplit(options.split)
  } catch (error) {
    await mesh.close()
    throw error
  }
  return {
    lab,
    places,
    viewer: viewer && { ...viewer, env: { ...viewer.env, LAB_URL: `http://${HOST}:${port}` } },
    async listen(stop) {
      const { createLabServer } = await import('./server.ts')
      const { createLoadSwitch } = await import('../load/load-switch.ts')
      const url = new URL('/productpage', `http://localhost:${options.basePort}`)
      const load = createLoadSwitch({ url, stop, onReading: () => undefined })
      const apply = (file: string) => applyLesson(file, ROOT)
      const tellShares = () => void (viewer && sendShares(viewer.port, () => lab.shares()))
      const lessonFiles = listLessons()
      server = createLabServer({ lab, load, ratingsVersions, lessonFiles, applyLesson: apply, onChange: tellShares })
      await server.listen({ host: HOST, port })
      tellShares()
      load.set(options.load ?? 0)
    },
    async close() {
      await server?.close()
      await mesh.close()
    }
  }
}

/** Milliseconds between two tries, until the trace viewer listens, and of all tries. */
const RETRY_MS = 500
const TRIES = 60

/** Tells the trace viewer what shares to expect of the versions of reviews: those of the moment, in each try. */
async function sendShares(viewerPort: number, shares: Lab['shares'], tries = TRIES): Promise<void> {
  try {
    const response = await fetch(`http://${HOST}:${viewerPort}/api/expected-shares`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ reviews: shares() }),
      signal: AbortSignal.timeout(RETRY_MS * 4)
    })
    await response.body?.cancel()
  } catch {
    if (tries <= 1) return
    await sleep(RETRY_MS, undefined, { ref: false })
    await sendShares(viewerPort, shares, tries - 1)
  }
}

/** The lessons of the repository, by their paths in it. */
function listLessons(): string[] {
  const files = readdirSync(join(ROOT, LESSONS), { recursive: true, encoding: 'utf8' })
  return files
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => `${LESSONS}/${file}`)
    .toSorted()
}

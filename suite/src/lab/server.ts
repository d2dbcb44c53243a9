import { Failure } from '@bookinfo/cli'
import { Fault, LabState, Load, Split } from '@bookinfo/contracts/lab'
import { createError, createServer, parseJson, readBodies, refuseOtherSites, type App } from '@bookinfo/service-kit'
import { setTimeout as sleep } from 'node:timers/promises'
import { Type } from 'typebox'
import type { LoadSwitch } from '../load/load-switch.ts'
import { edges } from '../mesh/traffic.ts'
import type { RatingsVersion } from '../ratings-store.ts'
import { HOST } from '../topology.ts'
import { splitProblem } from './flags.ts'
import type { Lab } from './lab.ts'

/** Milliseconds that an answer waits for a service to start or stop; its state says what came of it. */
const PATIENCE_MS = 20_000

const Refused = createError('BOOKINFO_LAB_REFUSED', '%s', 400)
const NoService = createError('BOOKINFO_NO_SERVICE', 'there is no service "%s"; services are %s', 404)

export interface LabServerOptions {
  lab: Lab
  load: LoadSwitch
  ratingsVersions: readonly RatingsVersion[]
  /** Files below deploy/lessons, which are the only ones that can be applied here. */
  lessonFiles: readonly string[]
  /** @throws Failure saying what is not supported */
  applyLesson: (file: string) => Promise<void>
  /** Called after each change. */
  onChange: () => void
}

/** The API of the lab: what is set, and ways to change it, for the page and for scripts. */
export function createLabServer(options: LabServerOptions): App {
  const { lab, load, ratingsVersions, lessonFiles, applyLesson, onChange } = options
  const { app } = createServer({
    name: 'lab',
    title: 'Lab of npm start',
    description: 'Faults, splits, load, lessons and restarts of the local suite.',
    version: '0.1.0',
    log: { level: 'silent' }
  })
  refuseOtherSites(app, { HOST, ALLOWED_HOSTS: '' })
  readBodies(app, parseJson)
  app.addHook('onResponse', (request, _reply, done) => {
    if (request.method === 'POST') onChange()
    done()
  })
  const state = (): LabState => ({
    ...lab.state(),
    load: { perSecond: load.perSecond() },
    lessonFiles: [...lessonFiles]
  })
  const response = { 200: LabState }

  app.get('/lab', { schema: { summary: 'What is set', response } }, async () => state())

  app.post(
    '/faults',
    { schema: { summary: 'Sets or takes back the fault of an edge', body: Fault, response } },
    async ({ body }) => {
      if (!edges.some(({ from, to }) => from === body.from && to === body.to))
        throw new Refused(`${body.from} does not call ${body.to}`)
      lab.setFault(body)
      return state()
    }
  )

  app.post(
    '/split',
    { schema: { summary: 'Sets the shares of the versions of reviews', body: Split, response } },
    async ({ body }) => {
      const problem = splitProblem(body)
      if (problem !== undefined) throw new Refused(problem)
      lab.setSplit(body)
      return state()
    }
  )

  app.post(
    '/load',
    { schema: { summary: 'Sends readers to the page at a steady rate', body: Load, response } },
    async ({ body }) => {
      load.set(body.perSecond)
      return state()
    }
  )

  const Lesson = Type.Object({ file: Type.String({ maxLength: 300 }) }, { additionalProperties: false })
  app.post(
    '/lessons',
    { schema: { summary: 'Applies a lesson', body: Lesson, response } },
    async ({ body: { file } }) => {
      if (!lessonFiles.includes(file)) throw new Refused(`"${file.slice(0, 100)}" is no file of deploy/lessons`)
      try {
        await applyLesson(file)
      } catch (error) {
        if (error instanceof Failure) throw new Refused(error.message)
        throw error
      }
      return state()
    }
  )

  const Ratings = Type.Object({ version: Type.Enum([...ratingsVersions]) }, { additionalProperties: false })
  app.post(
    '/ratings',
    { schema: { summary: 'Restarts ratings as another version', body: Ratings, response } },
    async ({ body }) => {
      await patiently(lab.setRatings(body.version))
      return state()
    }
  )

  app.post('/reset', { schema: { summary: 'Takes back faults, split and lessons', response } }, async () => {
    lab.reset()
    return state()
  })

  const Action = Type.Object({ name: Type.String(), action: Type.Enum(['start', 'stop', 'restart']) })
  app.post(
    '/services/:name/:action',
    { schema: { summary: 'Starts, stops or restarts a service', params: Action, response } },
    async ({ params: { name, action } }) => {
      const service = lab.find(name)
      if (!service)
        throw new NoService(
          name.slice(0, 100),
          lab
            .state()
            .services.map((each) => each.name)
            .join(', ')
        )
      await patiently(service[action]())
      return state()
    }
  )
  return app
}

/** Waits for something, but not for ever. */
async function patiently(action: Promise<void>): Promise<void> {
  await Promise.race([action, sleep(PATIENCE_MS, undefined, { ref: false })])
}

import { Type, type Static } from 'typebox'
import { serviceNames } from './call-graph.ts'

/** What a fault may be, for the API, the options and the page. */
export const faultBounds = {
  delayMs: { least: 1, greatest: 60_000 },
  abort: { least: 200, greatest: 599 },
  percent: { least: 0, greatest: 100 }
}

/** Readers in a second whom the suite sends to the page; 0 sends none. */
export const loadBounds = { least: 0, greatest: 1000 }

function limits({ least, greatest }: { least: number; greatest: number }) {
  return { minimum: least, maximum: greatest }
}

export const Percent = Type.Number(limits(faultBounds.percent))

/** What happens on purpose to the calls from one service to another. */
export const Fault = Type.Object(
  {
    from: Type.Enum(serviceNames),
    to: Type.Enum(serviceNames),
    delayMs: Type.Optional(
      Type.Integer({ ...limits(faultBounds.delayMs), description: 'Milliseconds before the call' })
    ),
    abort: Type.Optional(Type.Integer({ ...limits(faultBounds.abort), description: 'Status instead of the call' })),
    percent: Type.Optional(Percent),
    user: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'Only calls for this reader' }))
  },
  { additionalProperties: false }
)
export type Fault = Static<typeof Fault>

/** Percentages by version of reviews; without any, the versions take turns. */
export const Split = Type.Record(Type.String({ pattern: '^v[0-9]{1,3}$' }), Percent)
export type Split = Static<typeof Split>

/** Readers who open the page at a steady rate. */
export const Load = Type.Object(
  { perSecond: Type.Integer({ ...limits(loadBounds), description: 'Readers in a second; 0 is off' }) },
  { additionalProperties: false }
)
export type Load = Static<typeof Load>

export const serviceStates = ['starting', 'running', 'stopped', 'ended'] as const

/** What the lab of `npm start` has set, and what it can set. */
export const LabState = Type.Object({
  edges: Type.Array(Type.Object({ from: Type.String(), to: Type.String(), fault: Type.Optional(Fault) })),
  split: Split,
  load: Load,
  services: Type.Array(
    Type.Object({
      name: Type.String(),
      state: Type.Enum(serviceStates),
      /** How it ended, if it did so by itself. */
      how: Type.Optional(Type.String())
    })
  ),
  ratings: Type.Object({ version: Type.String(), versions: Type.Array(Type.String()) }),
  lessons: Type.Array(Type.String({ description: 'Those that are applied, in this order' })),
  lessonFiles: Type.Array(Type.String())
})
export type LabState = Static<typeof LabState>

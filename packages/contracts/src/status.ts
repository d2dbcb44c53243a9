import { Type, type Static } from 'typebox'

/** The body of `/health`, in the original's words. */
export const Health = Type.Object({ status: Type.String() })
export type Health = Static<typeof Health>

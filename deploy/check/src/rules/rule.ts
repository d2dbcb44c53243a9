import type { World } from '../world.ts'

/** Something that no schema can say. */
export interface Rule {
  name: string
  /** What happens in a cluster if it is broken. */
  why: string
  /** @returns what is wrong, each beginning with the object's kind and name */
  check(world: World): string[]
}

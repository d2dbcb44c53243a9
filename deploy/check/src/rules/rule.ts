import { title } from '../manifest.ts'
import { machines, type Workload, type World } from '../world.ts'

/** Something that no schema can say. */
export interface Rule {
  name: string
  /** What happens in a cluster if it is broken. */
  why: string
  /** @returns what is wrong, each beginning with the object's kind and name */
  check(world: World): string[]
}

/** A rule that every virtual machine has to keep, by itself. */
export function machineRule(name: string, why: string, check: (machine: Workload, world: World) => string[]): Rule {
  return {
    name,
    why,
    check: (world) =>
      machines(world).flatMap((machine) =>
        check(machine, world).map((finding) => `${title(machine.manifest)}: ${finding}`)
      )
  }
}

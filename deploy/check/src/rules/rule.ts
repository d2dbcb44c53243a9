import { title } from '../manifest.ts'
import { machines, type Workload, type World } from '../world.ts'

/** A check that no schema can express. */
export interface Rule {
  name: string
  /** What happens in a cluster if it is broken. */
  why: string
  /** @returns findings, each of which begins with the kind and name of the object */
  check(world: World): string[]
}

export function defineRule(name: string, why: string, check: Rule['check']): Rule {
  return { name, why, check }
}

/** A rule that checks each virtual machine by itself. */
export function machineRule(name: string, why: string, check: (machine: Workload, world: World) => string[]): Rule {
  return defineRule(name, why, (world) =>
    machines(world).flatMap((machine) =>
      check(machine, world).map((finding) => `${title(machine.manifest)}: ${finding}`)
    )
  )
}

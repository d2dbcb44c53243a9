import { title } from '../manifest.ts'
import { machines, type Workload, type World } from '../world.ts'
import type { Rule } from './rule.ts'

/** A rule that every machine has to keep, by itself. */
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

import { worldOf } from './checks.ts'
import { renderWith, type Kustomize } from './kustomize.ts'
import { readRendered } from './rendered.ts'
import { combinations, overlays } from './targets.ts'
import type { World } from './world.ts'

const known = new Map<string, World>()

/** An overlay as it is kept, or a combination as kustomize renders it. @throws Error for what is neither */
export function worldNamed(name: string, kustomize: Kustomize | undefined): World {
  const world = known.get(name) ?? make(name, kustomize)
  known.set(name, world)
  return world
}

function make(name: string, kustomize: Kustomize | undefined): World {
  const overlay = overlays[name]
  if (overlay) return worldOf(name, readRendered(name), overlay)
  const combination = combinations[name]
  const expected = overlays[combination?.overlay ?? '']
  if (!combination || !expected || !kustomize)
    throw new Error(`there is no overlay ${name}, or no kustomize to make it`)
  const yaml = renderWith(combination.overlay, combination.components, kustomize)
  return worldOf(name, yaml, { ...expected, ...combination.expect })
}

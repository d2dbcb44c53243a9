import { join, resolve } from 'node:path'
import { DEPLOY, render, renderWith } from './kustomize.ts'
import { readLessons, withThoseBefore } from './lessons.ts'
import { readManifests, title, type Manifest } from './manifest.ts'
import { leftBehind, withOldNames } from './renamed.ts'
import { rules } from './rules/index.ts'
import { sampleChecks } from './samples/checks.ts'
import { schemaChecker, type CheckSchema } from './schemas/checker.ts'
import { readDefinitions, readKeptDefinitions } from './schemas/definitions.ts'
import { combinations, overlays } from './targets.ts'
import { NAMESPACE, type Expectations, type World } from './world.ts'

export interface Finding {
  /** `schema`, or the name of a rule. */
  rule: string
  /** Which object, and what is wrong with it. */
  what: string
}

/** A set of objects to check. */
export interface Check {
  name: string
  world: () => World
}

/** The one list of what is checked: overlays, combinations with components, lessons on each overlay they are for, and samples. */
export function allChecks(): Check[] {
  const lessons = readLessons()
  return [
    ...[...Object.keys(overlays), ...Object.keys(combinations)].map((name) => ({
      name,
      world: () => worldNamed(name)
    })),
    ...lessons.flatMap((lesson) =>
      lesson.needs.map((overlay) => ({
        name: `lessons/${lesson.file} on ${overlay}`,
        world: () => {
          const world = worldNamed(overlay)
          const expect = { ...world.expect, lifted: lesson.lifts }
          return applied({ ...world, expect }, withThoseBefore(lesson, lessons))
        }
      }))
    ),
    ...sampleChecks()
  ]
}

/** Checks objects by their schemas and by all rules that apply. */
export function check(world: World, checkSchema: CheckSchema): Finding[] {
  const schema = world.manifests.flatMap((manifest) =>
    checkSchema(manifest).map((what) => ({ rule: 'schema', what: `${title(manifest)}: ${what}` }))
  )
  const lifted = world.expect.lifted ?? []
  const broken = rules
    .filter(({ name }) => !lifted.includes(name))
    .flatMap((rule) => rule.check(world).map((what) => ({ rule: rule.name, what })))
  return [...schema, ...broken]
}

/** Checks a kustomization that may have renamed the objects of an overlay. */
export function checkRenamed(world: World, original: World, checkSchema: CheckSchema): Finding[] {
  return [
    ...leftBehind(world, original).map((what) => ({ rule: 'renamed', what })),
    ...check(withOldNames(world, original), checkSchema)
  ]
}

/** @param folder with definitions that replace those kept here, such as a cluster's own */
export function schemasWith(folder: string | undefined): CheckSchema {
  return schemaChecker([...readKeptDefinitions(), ...(folder ? readDefinitions(resolve(folder)) : [])])
}

const rendered = new Map<string, World>()

/** An overlay or a combination as kustomize renders it. @throws Error for another name, or if there is no kustomize */
export function worldNamed(name: string): World {
  const world = rendered.get(name) ?? renderNamed(name)
  rendered.set(name, world)
  return world
}

function renderNamed(name: string): World {
  const { overlay, components } = combinations[name] ?? { overlay: name, components: [] }
  const expect = expectationsOf(overlay)
  const yaml =
    components.length === 0
      ? render(join(DEPLOY, 'overlays', overlay))
      : renderWith(overlay, components, { namespace: NAMESPACE })
  const addsPolicies = components.some((component) => component.startsWith('network-policy'))
  return worldOf(name, yaml, { ...expect, networkPolicies: expect.networkPolicies || addsPolicies })
}

/** @throws Error that names the overlays */
export function expectationsOf(overlay: string): Expectations {
  const expect = overlays[overlay]
  if (!expect) throw new Error(`there is no overlay "${overlay}": choose one of ${Object.keys(overlays).join(', ')}`)
  return expect
}

export function worldOf(target: string, yaml: string, expect: Expectations): World {
  return { target, manifests: readManifests(yaml), expect }
}

/** The objects in a cluster after more have been applied. Of two objects with one name the later remains. */
export function applied(world: World, manifests: readonly Manifest[]): World {
  const key = (manifest: Manifest) => `${manifest.apiVersion.split('/')[0]} ${title(manifest)}`
  const all = [...world.manifests, ...manifests]
  const latest = new Map(all.map((manifest) => [key(manifest), manifest]))
  return { ...world, manifests: [...latest.values()] }
}

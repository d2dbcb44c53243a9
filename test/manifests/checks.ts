import { resolve } from 'node:path'
import { readManifests, title, type Manifest } from './manifest.ts'
import { rules } from './rules/index.ts'
import { checkSchema } from './schemas/check.ts'
import { crdChecker, readCrds, readKeptCrds, type CheckWithCrd } from './schemas/crds.ts'
import type { Expectations, World } from './world.ts'

export interface Finding {
  /** `schema`, or the name of a rule. */
  rule: string
  /** Which object, and what is wrong with it. */
  what: string
}

/** Checks objects by their schemas and by all rules that apply. */
export function check(world: World, checkWithCrd: CheckWithCrd): Finding[] {
  const schema = world.manifests.flatMap((manifest) =>
    schemaFindings(manifest, checkWithCrd).map((what) => ({ rule: 'schema', what: `${title(manifest)}: ${what}` }))
  )
  const lifted = world.expect.lifted ?? []
  const broken = rules
    .filter(({ name }) => !lifted.includes(name))
    .flatMap((rule) => rule.check(world).map((what) => ({ rule: rule.name, what })))
  return [...schema, ...broken]
}

/** Lessons and mistakes change little of a world: what they leave is not checked again. */
const checked = new WeakMap<CheckWithCrd, WeakMap<Manifest, string[]>>()

function schemaFindings(manifest: Manifest, checkWithCrd: CheckWithCrd): string[] {
  const known = checked.get(checkWithCrd) ?? new WeakMap<Manifest, string[]>()
  checked.set(checkWithCrd, known)
  const findings = known.get(manifest) ?? checkSchema(manifest, checkWithCrd)
  known.set(manifest, findings)
  return findings
}

export function worldOf(target: string, yaml: string, expect: Expectations): World {
  return { target, manifests: readManifests(yaml), expect }
}

/** What a cluster holds after more has been applied to it: of two objects of one name the later. */
export function applied(world: World, manifests: readonly Manifest[]): World {
  const key = (manifest: Manifest) => `${manifest.apiVersion.split('/')[0]} ${title(manifest)}`
  const all = [...world.manifests, ...manifests]
  const latest = new Map(all.map((manifest) => [key(manifest), manifest]))
  return { ...world, manifests: [...latest.values()] }
}

/**
 * The definitions to check with: those that are kept here and, if a folder is named, all in it, which win.
 *
 * @param folder of CustomResourceDefinitions, such as a cluster's own
 */
export function definitions(folder: string | undefined): CheckWithCrd {
  return crdChecker([...readKeptCrds(), ...(folder ? readCrds(resolve(folder)) : [])])
}

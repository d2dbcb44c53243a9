import { isObject, type Json, type JsonObject } from '../../../src/json.ts'
import { title, toManifest } from '../../../src/manifest.ts'
import type { World } from '../../../src/world.ts'

/** Changes a copy of a world. */
export type Change = (world: World) => World

/** Changes the one object of that kind and name (`Deployment/details-v1`). @throws Error if it is not there */
export function edit(name: string, change: (body: JsonObject) => void): Change {
  return (world) => {
    const index = world.manifests.findIndex((manifest) => title(manifest) === name)
    const manifest = world.manifests[index]
    if (!manifest) throw new Error(`there is no ${name} in ${world.target}`)
    const body = structuredClone(manifest.body)
    change(body)
    return { ...world, manifests: world.manifests.with(index, toManifest(body)) }
  }
}

/** Sets the value at a path. @throws Error if the path does not exist */
export function set(name: string, path: string, value: Json): Change {
  return edit(name, (body) => {
    const { holder, key } = placeOf(body, path)
    if (Array.isArray(holder)) holder[key === '-' ? holder.length : Number(key)] = value
    else holder[key] = value
  })
}

/** Removes the value at a path. @throws Error if there is none */
export function remove(name: string, path: string): Change {
  return edit(name, (body) => {
    const { holder, key } = placeOf(body, path)
    if (Array.isArray(holder) ? holder[Number(key)] === undefined : !(key in holder))
      throw new Error(`${name} has no ${path}`)
    if (Array.isArray(holder)) holder.splice(Number(key), 1)
    else delete holder[key]
  })
}

/** Removes an object. @throws Error if it does not exist */
export function drop(name: string): Change {
  return (world) => {
    const manifests = world.manifests.filter((manifest) => title(manifest) !== name)
    if (manifests.length === world.manifests.length) throw new Error(`there is no ${name} in ${world.target}`)
    return { ...world, manifests }
  }
}

export function add(...bodies: JsonObject[]): Change {
  return (world) => ({ ...world, manifests: [...world.manifests, ...bodies.map(toManifest)] })
}

export function both(first: Change, second: Change): Change {
  return (world) => second(first(world))
}

/** The last step of a path, and the value that contains it. Paths are JSON Pointers (RFC 6901): `~1` is a slash. */
function placeOf(body: JsonObject, path: string): { holder: JsonObject | Json[]; key: string } {
  const steps = path.split('/').map((step) => step.replaceAll('~1', '/'))
  const key = steps.pop() ?? ''
  let holder: Json = body
  for (const step of steps) {
    const next: Json | undefined = Array.isArray(holder)
      ? holder[Number(step)]
      : isObject(holder)
        ? holder[step]
        : undefined
    if (next === undefined) throw new Error(`the path ${path} ends before ${step}`)
    holder = next
  }
  if (Array.isArray(holder) || isObject(holder)) return { holder, key }
  throw new Error(`${path} is in nothing`)
}

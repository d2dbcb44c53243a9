import type { JsonObject } from '../json.ts'

export interface Watched {
  /** To be read in place of the object. */
  value: object
  /** Paths of the fields that nobody has asked for. */
  neverRead(): string[]
}

/**
 * Makes a validator strict that is not. The validators of `kubernetes-models` pass over fields that they do not know, and a
 * misspelt field is the commonest mistake in a manifest. But a validator reads every field that it knows, if it is there; so
 * what it has not read, it does not know. Objects that it takes as they come, such as an Envoy configuration, it does not
 * read at all; maps it reads as a whole.
 */
export function watch(value: JsonObject): Watched {
  const objects: Seen[] = []
  return {
    value: proxyOf(value, '', objects),
    neverRead: () =>
      objects.flatMap(({ fields, path, asked, whole }) =>
        whole || asked.size === 0 ? [] : fields.filter((field) => !asked.has(field)).map((field) => `${path}/${field}`)
      )
  }
}

interface Seen {
  path: string
  fields: readonly string[]
  asked: Set<string>
  whole: boolean
}

function proxyOf(target: object, path: string, objects: Seen[]): object {
  const seen: Seen = { path, fields: Object.keys(target), asked: new Set(), whole: Array.isArray(target) }
  objects.push(seen)
  const inner = new Map<string, object>()
  return new Proxy(target, {
    get(_target, key) {
      const value: unknown = Reflect.get(target, key)
      if (typeof key === 'symbol') return value
      seen.asked.add(key)
      if (typeof value !== 'object' || value === null) return value
      const known = inner.get(key) ?? proxyOf(value, `${path}/${key}`, objects)
      inner.set(key, known)
      return known
    },
    has(_target, key) {
      if (typeof key === 'string') seen.asked.add(key)
      return Reflect.has(target, key)
    },
    ownKeys() {
      seen.whole = true
      return Reflect.ownKeys(target)
    }
  })
}

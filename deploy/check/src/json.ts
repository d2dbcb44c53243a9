/** Any value of YAML or JSON. */
export type Json = null | boolean | number | string | Json[] | JsonObject
export interface JsonObject {
  [key: string]: Json
}

/** @throws TypeError for values that JSON does not have, such as a date */
export function toJson(value: unknown): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string') {
    return value
  }
  if (Array.isArray(value)) return value.map(toJson)
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(item)]))
  }
  throw new TypeError(`JSON has no ${typeof value}`)
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value at a path such as `spec.template.spec.containers.0`; undefined if there is none. */
export function at(value: Json | undefined, path: string): Json | undefined {
  return path.split('.').reduce<Json | undefined>((found, key) => {
    if (Array.isArray(found)) return found[Number(key)]
    return isObject(found) ? found[key] : undefined
  }, value)
}

/** The items of a list, or none. */
export function list(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : []
}

/** The texts of a list, or none. */
export function texts(value: Json | undefined): string[] {
  return list(value).filter((item) => typeof item === 'string')
}

export function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

/** The texts of an object by their keys: labels, annotations, the data of a ConfigMap. */
export function dictionary(value: Json | undefined): Record<string, string> {
  if (!isObject(value)) return {}
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (typeof item === 'string' ? [[key, item]] : []))
  )
}

export function keys(value: Json | undefined): string[] {
  return isObject(value) ? Object.keys(value) : []
}

/** Every object below a value, the value itself among them, with its path. */
export function* objectsIn(value: Json, path = ''): Generator<{ object: JsonObject; path: string }> {
  if (isObject(value)) yield { object: value, path }
  if (typeof value !== 'object' || value === null) return
  for (const [key, item] of Object.entries(value)) yield* objectsIn(item, `${path}/${key}`)
}

/** A value as messages show it. */
export function show(value: Json | undefined): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing')
}

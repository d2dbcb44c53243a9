import { Ajv, type ValidateFunction } from 'ajv'
import { isObject, text, type Json, type JsonObject } from '../json.ts'
import type { Manifest } from '../manifest.ts'
import type { Definition } from './definitions.ts'

/** Compares an object with the definition of its kind. Unknown fields and unknown kinds are findings too. */
export type CheckSchema = (manifest: Manifest) => string[]

/** @param definitions of two with one name, the later is used */
export function schemaChecker(definitions: readonly Definition[]): CheckSchema {
  // Ajv does not know the formats of OpenAPI.
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, unicodeRegExp: false })
  ajv.addSchema({
    $id: 'kubernetes',
    definitions: Object.fromEntries(
      definitions.map(({ name, schema }) => [name, name.endsWith('.Quantity') ? {} : strict(schema)])
    )
  })
  const names = new Map(definitions.map(({ kind, name }) => [kind, name]))
  const compiled = new Map<string, ValidateFunction>()
  /** Tests check the same objects many times, in worlds that differ in one object. */
  const checked = new WeakMap<Manifest, string[]>()

  const checkAnew = ({ apiVersion, kind, body }: Manifest): string[] => {
    const name = names.get(`${apiVersion}/${kind}`)
    if (name === undefined) return [`${apiVersion} ${kind} is not a known kind`]
    const $ref = `kubernetes#/definitions/${name.replaceAll('/', '~1')}`
    const validate = compiled.get(name) ?? ajv.compile({ $ref })
    compiled.set(name, validate)
    validate(body)
    return (validate.errors ?? []).map(({ instancePath, message, params }) => {
      const unknown: unknown = params['additionalProperty']
      return typeof unknown === 'string'
        ? `${instancePath}/${unknown} is not a field`
        : `${instancePath || '/'} ${message ?? 'is wrong'}`
    })
  }
  return (manifest) => {
    const findings = checked.get(manifest) ?? checkAnew(manifest)
    checked.set(manifest, findings)
    return findings
  }
}

/** A schema of Kubernetes as a JSON schema that refuses unknown fields, as a strict API server does. */
function strict(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(strict)
  if (!isObject(schema)) return schema
  if (schema['x-kubernetes-int-or-string'] === true || schema['format'] === 'int-or-string') return {}
  const result: JsonObject = {}
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'format' || key.startsWith('x-kubernetes-') || (key === 'pattern' && !isPattern(text(value)))) continue
    result[key] =
      key === 'properties' && isObject(value)
        ? Object.fromEntries(Object.entries(value).map(([name, field]) => [name, strict(field)]))
        : ['enum', 'default', 'example', 'required'].includes(key)
          ? value
          : strict(value)
  }
  if (schema['nullable'] === true && typeof result['type'] === 'string') result['type'] = [result['type'], 'null']
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true || 'additionalProperties' in schema
  // The parts of oneOf and anyOf list single fields of the schema around them.
  if (isObject(result['properties']) && 'type' in schema && !open) result['additionalProperties'] = false
  return result
}

/** Patterns are written for Go. JavaScript cannot read some of them, such as `(?i)`. */
function isPattern(pattern: string): boolean {
  try {
    return new RegExp(pattern) instanceof RegExp
  } catch {
    return false
  }
}

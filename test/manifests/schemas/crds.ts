import { Ajv, type AnySchemaObject, type ValidateFunction } from 'ajv'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { at, isObject, keys, list, text, toJson, type Json, type JsonObject } from '../json.ts'

/** A kind in one version, as its CustomResourceDefinition describes it. */
export interface Crd {
  apiVersion: string
  kind: string
  schema: Json
}

/** What is used here and no package of npm knows; README.md says where it is from. */
const KEPT_CRDS = join(import.meta.dirname, 'crds.jsonl')

/** @throws Error if a line is no kept definition */
export function readKeptCrds(): Crd[] {
  return readFileSync(KEPT_CRDS, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const kept = toJson(JSON.parse(line))
      return {
        apiVersion: text(at(kept, 'apiVersion')),
        kind: text(at(kept, 'kind')),
        schema: at(kept, 'schema') ?? null
      }
    })
}

/**
 * Reads every CustomResourceDefinition in a folder and below, as `kubectl get crds -o yaml` or a project's sources have them.
 *
 * @throws Error if there is none
 */
export function readCrds(folder: string): Crd[] {
  const files = globSync('**/*.{yaml,yml,json}', { cwd: folder }).map((file) => join(folder, file))
  const crds = files.flatMap((file) => parseAllDocuments(readFileSync(file, 'utf8')).flatMap((d) => crdsIn(d.toJS())))
  if (crds.length === 0) throw new Error(`no CustomResourceDefinition is in ${folder}`)
  return crds
}

function crdsIn(document: unknown): Crd[] {
  if (typeof document !== 'object' || document === null || !('kind' in document)) return []
  if (document.kind === 'List' && 'items' in document && Array.isArray(document.items)) {
    return document.items.flatMap(crdsIn)
  }
  if (document.kind !== 'CustomResourceDefinition') return []
  const spec = at(toJson(JSON.parse(JSON.stringify(document))), 'spec')
  return list(at(spec, 'versions')).flatMap((version) => {
    const schema = at(version, 'schema.openAPIV3Schema')
    if (schema === undefined) return []
    const apiVersion = `${text(at(spec, 'group'))}/${text(at(version, 'name'))}`
    return [{ apiVersion, kind: text(at(spec, 'names.kind')), schema }]
  })
}

/** Checks an object; undefined if no definition knows its kind. */
export type CheckWithCrd = (apiVersion: string, kind: string, body: JsonObject) => string[] | undefined

export function crdChecker(crds: readonly Crd[]): CheckWithCrd {
  // Formats and patterns of OpenAPI are not all those of JSON Schema; the cluster has the last word on them.
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, verbose: true })
  const compiled = new Map<Crd, ValidateFunction>()
  return (apiVersion, kind, body) => {
    const crd = crds.findLast((known) => known.apiVersion === apiVersion && known.kind === kind)
    if (!crd) return undefined
    const validate = compiled.get(crd) ?? ajv.compile(asJsonSchema(crd.schema))
    compiled.set(crd, validate)
    if (validate(body)) return []
    return (validate.errors ?? []).map(({ instancePath, message, params }) => {
      const unknown: unknown = params['additionalProperty']
      return typeof unknown === 'string'
        ? `${instancePath}/${unknown} is no field`
        : `${instancePath || '/'} ${message ?? 'is wrong'}`
    })
  }
}

/** An OpenAPI schema of Kubernetes as a JSON schema that refuses unknown fields, as a strict API server does. */
function asJsonSchema(crd: Json): AnySchemaObject {
  const schema = strict(crd)
  const properties = at(schema, 'properties')
  return {
    ...(isObject(schema) ? schema : {}),
    properties: { ...(isObject(properties) ? properties : {}), apiVersion: {}, kind: {}, metadata: { type: 'object' } }
  }
}

function strict(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(strict)
  if (!isObject(schema)) return schema
  if (schema['x-kubernetes-int-or-string'] === true) return {}
  const result: JsonObject = {}
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'format' || key === 'pattern' || key.startsWith('x-kubernetes-')) continue
    if (key === 'enum' || key === 'default' || key === 'example' || key === 'required') result[key] = value
    else if (key === 'properties' && isObject(value)) {
      result[key] = Object.fromEntries(Object.entries(value).map(([name, field]) => [name, strict(field)]))
    } else result[key] = strict(value)
  }
  if (schema['nullable'] === true && typeof result['type'] === 'string') result['type'] = [result['type'], 'null']
  const known = isObject(result['properties']) && text(schema['type']) !== 'array'
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true || 'additionalProperties' in schema
  // Parts of oneOf and anyOf list single fields of what stands around them.
  if (known && !open && 'type' in schema) result['additionalProperties'] = false
  return result
}

/** Takes what is kept here anew from a folder. @throws Error if the folder lacks one */
export function keepCrds(folder: string): void {
  const crds = readCrds(folder)
  const lines = readKeptCrds().map(({ apiVersion, kind }) => {
    const crd = crds.find((known) => known.apiVersion === apiVersion && known.kind === kind)
    if (!crd) throw new Error(`no definition of ${apiVersion} ${kind} is in ${folder}`)
    return `${JSON.stringify({ ...crd, schema: withoutDescriptions(crd.schema) })}\n`
  })
  writeFileSync(KEPT_CRDS, lines.join(''))
}

function withoutDescriptions(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(withoutDescriptions)
  if (!isObject(schema)) return schema
  const result: JsonObject = {}
  for (const key of keys(schema)) {
    const value = schema[key] ?? null
    if (key === 'description' && typeof value === 'string') continue
    if (key === 'properties' && isObject(value)) {
      result[key] = Object.fromEntries(Object.entries(value).map(([name, field]) => [name, withoutDescriptions(field)]))
    } else result[key] = withoutDescriptions(value)
  }
  return result
}

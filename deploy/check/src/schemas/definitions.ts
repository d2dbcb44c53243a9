import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { at, isObject, list, objectsIn, text, toJson, type Json } from '../json.ts'

/** One schema of Kubernetes' OpenAPI document or of a CustomResourceDefinition. */
export interface Definition {
  /** What `$ref` in other definitions ends with. */
  name: string
  /** The objects that it describes, such as `apps/v1/Deployment`; empty for a part of an object. */
  kind: string
  schema: Json
}

/** README.md says which versions they are. */
const KEPT = join(import.meta.dirname, 'definitions.jsonl')

export function readKeptDefinitions(): Definition[] {
  return readFileSync(KEPT, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => {
      const kept = toJson(JSON.parse(line))
      return { name: text(at(kept, 'name')), kind: text(at(kept, 'kind')), schema: at(kept, 'schema') ?? null }
    })
}

/**
 * Reads all definitions in a folder: CustomResourceDefinitions (`kubectl get crds -o yaml`) and Kubernetes' own
 * (`kubectl get --raw /openapi/v2`).
 *
 * @throws Error if there are none
 */
export function readDefinitions(folder: string): Definition[] {
  const files = globSync('**/*.{yaml,yml,json}', { cwd: folder }).map((file) =>
    readFileSync(join(folder, file), 'utf8')
  )
  const definitions = files.flatMap((content) =>
    content.startsWith('{')
      ? definitionsIn(toJson(JSON.parse(content)))
      : parseAllDocuments(content).flatMap((document) => definitionsIn(toJson(JSON.parse(JSON.stringify(document)))))
  )
  if (definitions.length === 0) throw new Error(`no definition of a kind is in ${folder}`)
  return definitions
}

function definitionsIn(document: Json): Definition[] {
  const own = at(document, 'definitions')
  if (isObject(own)) {
    return Object.entries(own).map(([name, schema]) => {
      const [kind] = list(at(schema, 'x-kubernetes-group-version-kind'))
      const parts = [at(kind, 'group'), at(kind, 'version'), at(kind, 'kind')].map(text)
      return { name, kind: parts.filter((part) => part !== '').join('/'), schema }
    })
  }
  if (at(document, 'kind') === 'List') return list(at(document, 'items')).flatMap(definitionsIn)
  if (at(document, 'kind') !== 'CustomResourceDefinition') return []
  return list(at(document, 'spec.versions')).map((version) => {
    const parts = [at(document, 'spec.group'), at(version, 'name'), at(document, 'spec.names.kind')]
    const kind = parts.map(text).join('/')
    const schema = at(version, 'schema.openAPIV3Schema')
    const properties = at(schema, 'properties')
    // What every object has, and some definitions do not mention.
    const common = { apiVersion: {}, kind: {}, metadata: { type: 'object' } }
    const all = { ...(isObject(properties) && properties), ...common }
    return { name: kind, kind, schema: { ...(isObject(schema) && schema), properties: all } }
  })
}

/** Keeps the definitions of these kinds, and those that they refer to, without their descriptions. */
export function keepDefinitions(definitions: readonly Definition[], kinds: ReadonlySet<string>): void {
  const kept = new Set<Definition>()
  const keep = (definition: Definition | undefined): void => {
    if (!definition || kept.has(definition)) return
    kept.add(definition)
    for (const { object } of objectsIn(definition.schema)) {
      const name = text(object['$ref']).split('/').at(-1)
      keep(definitions.find((other) => other.name === name))
    }
  }
  for (const kind of kinds) {
    const definition = definitions.find((each) => each.kind === kind)
    if (!definition) throw new Error(`no definition of ${kind} was found`)
    keep(definition)
  }
  const withoutDescription = (key: string, value: unknown) =>
    (key === 'description' && typeof value === 'string') || key === 'x-kubernetes-validations' ? undefined : value
  const lines = [...kept].map((definition) => JSON.stringify(definition, withoutDescription))
  writeFileSync(KEPT, `${lines.toSorted().join('\n')}\n`)
}

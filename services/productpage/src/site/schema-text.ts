import { Type } from 'typebox'
import { Value } from 'typebox/value'

const Facts = Type.Object({
  type: Type.Optional(Type.Union([Type.String(), Type.Array(Type.String())])),
  const: Type.Optional(Type.Unknown()),
  properties: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  required: Type.Optional(Type.Array(Type.String())),
  items: Type.Optional(Type.Unknown()),
  anyOf: Type.Optional(Type.Array(Type.Unknown())),
  additionalProperties: Type.Optional(Type.Unknown()),
  minimum: Type.Optional(Type.Number()),
  maximum: Type.Optional(Type.Number())
})

/** Writes a JSON schema in the manner of a type: `{ id: integer 0 to 5, text?: string }`. */
export function schemaText(schema: unknown, indent = ''): string {
  if (!Value.Check(Facts, schema)) return 'anything'
  const { type, const: only, properties, required = [], items, anyOf, additionalProperties, minimum, maximum } = schema
  const deeper = `${indent}  `
  if (only !== undefined) return JSON.stringify(only)
  if (anyOf) return anyOf.map((choice) => schemaText(choice, indent)).join(' or ')
  if (Array.isArray(type)) return type.join(' or ')
  if (items) return `list of ${schemaText(items, indent)}`
  if (properties) {
    const lines = Object.entries(properties).map(
      ([name, value]) => `${deeper}${name}${required.includes(name) ? '' : '?'}: ${schemaText(value, deeper)}`
    )
    return `{\n${lines.join('\n')}\n${indent}}`
  }
  if (additionalProperties) return `{ any name: ${schemaText(additionalProperties, indent)} }`
  return minimum !== undefined && maximum !== undefined ? `${type} ${minimum} to ${maximum}` : (type ?? 'anything')
}

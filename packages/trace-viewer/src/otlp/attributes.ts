import type { Attribute } from '../span.ts'
import type { AnyValue, KeyValue } from './schema.ts'

/** Converts attributes to the viewer's form. */
export function readAttributes(attributes: readonly KeyValue[] = []): Attribute[] {
  return attributes.map(({ key, value }) => ({ key, ...typedValue(value) }))
}

/** A value in Jaeger's form: lists and maps as JSON, integers beyond the range of a double as text. */
function typedValue(value: AnyValue | undefined): Omit<Attribute, 'key'> {
  if (value?.stringValue !== undefined) return { type: 'string', value: value.stringValue }
  if (value?.boolValue !== undefined) return { type: 'bool', value: value.boolValue }
  if (value?.intValue !== undefined) return { type: 'int64', value: readInt64(value.intValue) }
  if (value?.doubleValue !== undefined) return { type: 'float64', value: value.doubleValue }
  if (value?.bytesValue !== undefined) return { type: 'binary', value: value.bytesValue }
  if (value?.arrayValue || value?.kvlistValue) return { type: 'string', value: JSON.stringify(plainValue(value)) }
  return { type: 'string', value: '' }
}

function plainValue(value: AnyValue | undefined): unknown {
  if (value?.arrayValue) return (value.arrayValue.values ?? []).map(plainValue)
  if (value?.kvlistValue) {
    return Object.fromEntries((value.kvlistValue.values ?? []).map(({ key, value: item }) => [key, plainValue(item)]))
  }
  const isEmpty = value === undefined || Object.keys(value).length === 0
  return isEmpty ? null : typedValue(value).value
}

function readInt64(value: string | number): string | number {
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
}

import { Type } from 'typebox'
import { Check } from 'typebox/value'
import { parseJson } from '../server/body.ts'

const Refusal = Type.Object({ error: Type.String({ minLength: 1, maxLength: 300 }) })

/** The text of an error body; undefined for other bodies. */
export function messageIn(text: string): string | undefined {
  const body = parseJson(text)
  return Check(Refusal, body) ? body.error : undefined
}

/** The methods in an `Allow` header. A list may come in several lines and have empty items (RFC 9110, 5.6.1). */
export function methodsOf(allow: string | string[] | undefined): string[] | undefined {
  const items = [allow].flat().flatMap((line) => line?.split(',') ?? [])
  const methods = items.map((item) => item.trim()).filter((item) => item !== '')
  return allow === undefined ? undefined : methods
}

/** The value of a header that came once. */
export function single(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined
}

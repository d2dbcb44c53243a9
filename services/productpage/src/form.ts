/** The content types in which browsers send forms. */
const formTypes = /^(application\/x-www-form-urlencoded|multipart\/form-data)\b/i

export function isForm(contentType: string): boolean {
  return formTypes.test(contentType)
}

/**
 * The text fields of a form, the first of each name. What is no form has no fields, as in the original, which ignored
 * JSON at sign-in.
 *
 * @throws if a multipart form is malformed
 */
export async function parseForm(bytes: Buffer, contentType: string): Promise<Record<string, string>> {
  if (!isForm(contentType)) return {}
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': contentType } }).formData()
  const fields: Record<string, string> = {}
  for (const [name, value] of form) {
    if (typeof value === 'string' && !Object.hasOwn(fields, name)) fields[name] = value
  }
  return fields
}

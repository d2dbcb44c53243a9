/** A piece of HTML that is safe to put into a page. */
export interface Html {
  readonly html: string
}

type Part = Html | string | number | undefined | null | false | readonly Part[]

/**
 * A template tag for HTML. It escapes all values, except those that are HTML. `undefined`, `null` and `false` are left out.
 */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  const texts = withoutIndentation(strings)
  let result = ''
  for (let index = 0; index < texts.length; index += 1) result += texts[index] + write(parts[index])
  return { html: result }
}

/** Uses text as HTML without escaping. Only for constants in the source. */
export function trusted(text: string): Html {
  return { html: text }
}

const tidied = new WeakMap<TemplateStringsArray, string[]>()

/** Removes the indentation of a template. Blanks in values stay. */
function withoutIndentation(strings: TemplateStringsArray): string[] {
  const known = tidied.get(strings)
  if (known) return known
  const texts = strings.map((text) => text.replace(/\n\s*/g, '\n'))
  tidied.set(strings, texts)
  return texts
}

function write(part: Part): string {
  if (part === undefined || part === null || part === false) return ''
  if (typeof part === 'string') return escape(part)
  if (typeof part === 'number') return String(part)
  if ('html' in part) return part.html
  let result = ''
  for (const one of part) result += write(one)
  return result
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

const special = /[&<>"']/

function escape(text: string): string {
  if (!special.test(text)) return text
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character)
}

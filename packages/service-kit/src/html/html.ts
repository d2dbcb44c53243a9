/** A piece of HTML that is safe to put into a page. */
export interface Html {
  readonly html: string
}

type Part = Html | string | number | undefined | null | false | readonly Part[]

/**
 * Joins HTML as written with values that are escaped, unless they are HTML themselves. `undefined`, `null` and `false` are
 * left out.
 */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  const texts = withoutIndentation(strings)
  return { html: texts.map((text, index) => text + write(parts[index])).join('') }
}

/** Takes text as HTML without escaping: only for what stands in our own source. */
export function trusted(text: string): Html {
  return { html: text }
}

const tidied = new WeakMap<TemplateStringsArray, string[]>()

/** The blanks before a line of a template help only its reader; those of the values stay. */
function withoutIndentation(strings: TemplateStringsArray): string[] {
  const texts = tidied.get(strings) ?? strings.map((text) => text.replace(/\n\s*/g, '\n'))
  tidied.set(strings, texts)
  return texts
}

function write(part: Part): string {
  if (part === undefined || part === null || part === false) return ''
  if (typeof part === 'string') return escape(part)
  if (typeof part === 'number') return String(part)
  return 'html' in part ? part.html : part.map(write).join('')
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character)
}

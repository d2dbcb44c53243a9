/**
 * Whether a client prefers HTML to JSON (RFC 9110, 12.5.1). It must name HTML: curl and programs accept anything, and get JSON.
 *
 * @param accept the `Accept` header
 */
export function prefersHtml(accept = ''): boolean {
  const weights = new Map(accept.toLowerCase().split(',').map(readRange))
  const html = weights.get('text/html') ?? weights.get('text/*') ?? 0
  const json = weights.get('application/json') ?? 0
  return html > 0 && html >= json
}

/** Reads a media range such as `text/html;q=0.8`. */
function readRange(text: string): [type: string, weight: number] {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim())
  const weight = parameters.find((parameter) => /^q\s*=/.test(parameter))?.split('=', 2)[1]
  return [type, weight === undefined ? 1 : Number(weight) || 0]
}

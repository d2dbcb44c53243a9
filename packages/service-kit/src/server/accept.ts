/**
 * Whether a client prefers HTML to JSON (RFC 9110, 12.5.1). It must name HTML: curl and programs accept anything, and get JSON.
 *
 * @param accept the `Accept` header
 */
export function prefersHtml(accept = ''): boolean {
  const weights = new Map(mediaRanges(accept).map(({ type, weight }) => [type, weight]))
  const html = weights.get('text/html') ?? weights.get('text/*') ?? 0
  const json = weights.get('application/json') ?? 0
  return html > 0 && html >= json
}

const OPENMETRICS = 'application/openmetrics-text'

/** Whether a scraper prefers OpenMetrics to plain text. Another version of OpenMetrics does not count. */
export function prefersOpenMetrics(accept: string): boolean {
  const ranges = mediaRanges(accept)
  const known = ranges.filter(({ type, version = '1.0.0' }) => type === OPENMETRICS && version === '1.0.0')
  const texts = ranges.filter(({ type }) => type === 'text/plain')
  const [openMetrics, text] = [known, texts].map((list) => Math.max(0, ...list.map(({ weight }) => weight)))
  return openMetrics !== undefined && openMetrics > 0 && openMetrics >= (text ?? 0)
}

interface MediaRange {
  type: string
  weight: number
  version: string | undefined
}

/** Reads media ranges such as `text/html;q=0.8`. Quoted text may contain commas and semicolons (RFC 9110, 5.6.4). */
function mediaRanges(accept: string): MediaRange[] {
  return split(accept.toLowerCase(), ',').map((range) => {
    const [type = '', ...parameters] = split(range, ';')
    const { q = '1', version } = Object.fromEntries(parameters.map(readParameter))
    return { type, weight: Number(q) || 0, version }
  })
}

function readParameter(text: string): [name: string, value: string | undefined] {
  const [, name = '', quoted, token] = /^([^=\s]+)\s*=\s*(?:"((?:\\.|[^"\\])*)"|(.*))$/s.exec(text) ?? []
  return [name, quoted?.replaceAll(/\\(.)/gs, '$1') ?? token]
}

const partForms = { ',': /(?:"(?:\\.|[^"\\])*"?|[^,"])+/gs, ';': /(?:"(?:\\.|[^"\\])*"?|[^;"])+/gs }

function split(text: string, separator: keyof typeof partForms): string[] {
  return (text.match(partForms[separator]) ?? []).map((part) => part.trim())
}

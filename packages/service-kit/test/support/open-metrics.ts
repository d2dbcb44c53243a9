export interface Sample {
  name: string
  labels: Record<string, string>
  value: number
  exemplar?: { labels: Record<string, string>; value: number; timestamp: number | undefined }
}

export interface Family {
  type: string
  samples: Sample[]
}

/** What the names of a family's samples may add to its own, by type. */
const suffixes: Record<string, readonly string[]> = {
  counter: ['_total', '_created'],
  gauge: [''],
  histogram: ['_bucket', '_count', '_sum', '_created'],
  summary: ['', '_count', '_sum', '_created'],
  info: ['_info'],
  unknown: ['']
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const LABEL = String.raw`[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*"`
const LABELS = String.raw`\{((?:${LABEL}(?:,${LABEL})*)?)\}`
const NUMBER = String.raw`([+-]?(?:[0-9]+(?:\.[0-9]*)?(?:e[+-]?[0-9]+)?|inf|infinity)|nan)`
const TIME = String.raw`([+-]?[0-9]+(?:\.[0-9]*)?)`
const metadataForm = new RegExp(String.raw`^# (TYPE|HELP|UNIT) (${NAME}) ((?:[^\\\n]|\\[\\"n])*)$`)
const sampleForm = new RegExp(
  String.raw`^(${NAME})(?:${LABELS})? ${NUMBER}(?: ${TIME})?(?: # ${LABELS} ${NUMBER}(?: ${TIME})?)?$`,
  'i'
)

/**
 * Reads metrics as strictly as the specification is worded, which scrapers are not.
 * https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
 *
 * @throws naming the line that is wrong
 */
export function parseOpenMetrics(text: string): Map<string, Family> {
  const families = new Map<string, Family>()
  if (!text.endsWith('\n# EOF\n')) throw new Error('does not end with # EOF and a line feed')
  const seen = new Set<string>()
  let current: string | undefined
  for (const line of text.slice(0, -'# EOF\n'.length).trimEnd().split('\n')) {
    const fail = (why: string): never => {
      throw new Error(`${why}: ${line}`)
    }
    const [, keyword, subject = '', words = ''] = metadataForm.exec(line) ?? []
    if (keyword !== undefined) {
      if (subject !== current && families.has(subject)) fail('a family in two places')
      current = subject
      const family = families.get(subject) ?? { type: 'unknown', samples: [] }
      families.set(subject, family)
      if (family.samples.length > 0) fail('metadata after samples')
      if (seen.has(`# ${keyword} ${subject}`)) fail('metadata twice')
      seen.add(`# ${keyword} ${subject}`)
      if (keyword === 'TYPE') family.type = words in suffixes ? words : fail('no type')
      if (words === 'counter' && keyword === 'TYPE' && subject.endsWith('_total')) fail('a counter family with _total')
      continue
    }
    const parts = sampleForm.exec(line) ?? fail('no line of OpenMetrics')
    const [, name = '', labelText = '', number = '', , exemplarText, exemplarNumber = '', exemplarTime] = parts
    const family = families.get(current ?? '') ?? fail('a sample before its family')
    const suffix = suffixes[family.type]?.find((candidate) => name === `${current}${candidate}`)
    if (suffix === undefined) fail(`no sample of ${family.type} ${current}`)
    const sample: Sample = { name, labels: readLabels(labelText), value: readNumber(number) }
    const key = name + JSON.stringify(Object.entries(sample.labels).map(String).toSorted())
    if (seen.has(key)) fail('a sample twice')
    seen.add(key)
    if (family.type === 'counter' && !(sample.value >= 0)) fail('a counter below zero')
    if (exemplarText !== undefined) {
      if (suffix !== '_total' && suffix !== '_bucket') fail('an exemplar where none may be')
      const labels = readLabels(exemplarText)
      if (Object.entries(labels).flat().join('').length > 128) fail('an exemplar with too many labels')
      const timestamp = exemplarTime === undefined ? undefined : Number(exemplarTime)
      sample.exemplar = { labels, value: readNumber(exemplarNumber), timestamp }
      if (suffix === '_bucket' && sample.exemplar.value > readNumber(sample.labels['le'] ?? '')) {
        fail('an exemplar outside its bucket')
      }
    }
    family.samples.push(sample)
  }
  for (const [name, family] of families) if (family.type === 'histogram') checkHistogram(name, family)
  return families
}

function readNumber(text: string): number {
  const plain = text.toLowerCase().replace('infinity', 'inf')
  if (plain.endsWith('inf')) return plain.startsWith('-') ? -Infinity : Infinity
  return plain === 'nan' ? NaN : Number(plain)
}

function readLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {}
  for (const [, name = '', value = ''] of text.matchAll(/([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g)) {
    if (name in labels) throw new Error(`the label ${name} twice: ${text}`)
    labels[name] = value.replace(/\\(.)/g, (_escape, character) => (character === 'n' ? '\n' : character))
  }
  return labels
}

/** Buckets rise, end with `+Inf`, and agree with the count. */
function checkHistogram(name: string, { samples }: Family): void {
  const series = Map.groupBy(samples, ({ labels: { le: _le, ...others } }) => JSON.stringify(others))
  for (const [labels, points] of series) {
    const buckets = points.filter((point) => point.name === `${name}_bucket`)
    const bounds = buckets.map((bucket) => readNumber(bucket.labels['le'] ?? ''))
    const counts = buckets.map(({ value }) => value)
    const rises = (numbers: number[]): boolean =>
      numbers.every((number, i) => i === 0 || number >= (numbers[i - 1] ?? 0))
    const count = points.find((point) => point.name === `${name}_count`)?.value
    const isWhole = bounds.at(-1) === Infinity && counts.at(-1) === count && new Set(bounds).size === bounds.length
    if (!rises(bounds) || !rises(counts) || !isWhole) throw new Error(`no histogram: ${name} ${labels}`)
  }
}

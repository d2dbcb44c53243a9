import { Document } from 'yaml'
import type { Manifest } from '../manifest.ts'
import { objectAt } from '../samples/sources.ts'
import { choices, keysOf, meshes, objectsOf, stores, type Mesh, type Store } from './objects.ts'

/** An object as text, and where it is the same. */
interface Entry {
  manifest: Manifest
  text: string
  /** The stores that have it, by mesh. */
  places: Map<Mesh, Store[]>
}

const HEAD = `# Made by npm run chart from the kustomize sources in deploy. Do not edit it.
{{- define "bookinfo.image" }}
{{- $values := (index . 0).Values.image }}
{{- with $values.hub }}{{ trimSuffix "/" . }}/{{ end }}{{ index . 1 }}:{{ $values.tag | default (index . 0).Chart.AppVersion }}
{{- end }}
{{- define "bookinfo.settings" }}
{{- range $name, $value := . }}
        - {name: {{ $name }}, value: {{ $value | quote }}}
{{- end }}
{{- end }}
{{- $services := ternary .Values.tracing.services (eq .Values.mesh "none") (kindIs "bool" .Values.tracing.services) }}
`

/** For containers that have no `env` of their own. */
const ENV = `{{- with $.Values.settings }}
        env:{{ include "bookinfo.settings" . }}
{{- end }}
`

/**
 * The chart's template with all objects of the suite. Each one stands there once for all meshes and stores where it is the same, with
 * a condition on the values.
 *
 * @throws Error if there is no kustomize
 */
export function chartTemplate(): string {
  const entries = new Map<string, Entry>()
  for (const choice of choices) {
    for (const manifest of objectsOf(choice)) {
      const text = print(manifest)
      const entry = entries.get(text) ?? { manifest, text, places: new Map<Mesh, Store[]>() }
      entry.places.set(choice.mesh, [...(entry.places.get(choice.mesh) ?? []), choice.store])
      entries.set(text, entry)
    }
  }
  const all = [...entries.values()]
  const documents = all.flatMap(({ manifest, text, places }) =>
    conditionsOf(manifest, places).map((condition) => ({ condition, text: `---\n${text}` }))
  )
  const groups = Map.groupBy(documents, ({ condition }) => condition)
  return [HEAD, nameSettings(all), ...[...groups].map(([condition, group]) => printGroup(condition, group))].join('')
}

/** The name of the settings ends in a hash of what they are, so that a change restarts the pods. */
function nameSettings(entries: readonly Entry[]): string {
  const settings = entries.map(({ manifest }) => manifest).filter(isSettings)
  const own = settings.find(makesSpans)?.name
  const others = settings.find((each) => !makesSpans(each))?.name
  if (settings.length !== 2 || own === undefined || others === undefined)
    throw new Error(`the overlays must have settings with and without spans, got ${settings.length} kinds of settings`)
  return `{{- $settings := ternary "${own}" "${others}" $services }}\n`
}

function print(manifest: Manifest): string {
  const document = new Document(manifest.body, { version: '1.1' })
  const text = document.toString({ lineWidth: 0, indentSeq: false }).replaceAll('{{', '{{ "{{" }}')
  if (isSettings(manifest) || !text.includes('bookinfo-settings-')) return text
  return text
    .replaceAll(/(?<=image: )(examples-bookinfo-[a-z0-9-]+):\S+/g, '{{ include "bookinfo.image" (list $ "$1") }}')
    .replaceAll(/bookinfo-settings-\w+/g, '{{ $settings }}')
    .replace(/^ {6}(?:- | {2})env:$/m, '$&{{ include "bookinfo.settings" $.Values.settings }}')
    .replace(/(?<! {6}(?:- | {2})env:[^]*)envFrom:\n.*\n.*\n/, '$&' + ENV)
}

function printGroup(condition: string, group: readonly { text: string }[]): string {
  const texts = group.map(({ text }) => text).join('')
  return condition === '' ? texts : `{{- if ${condition} }}\n${texts}{{- end }}\n`
}

/** The conditions on values under which the chart has an object, one for each group of meshes; empty if it is there always. */
function conditionsOf(manifest: Manifest, places: Entry['places']): string[] {
  const own = ownConditions(manifest)
  // The settings depend on spans alone, whichever mesh they were found in.
  if (isSettings(manifest)) return own
  const groups = Map.groupBy(places.keys(), (mesh) => String(places.get(mesh)))
  return [...groups.values()].map((group) => {
    const some = places.get(group[0] ?? 'none') ?? []
    const all = [
      ...own,
      ...isIn('.Values.mesh', group, keysOf(meshes)),
      ...isIn('.Values.ratings.store', some, keysOf(stores))
    ]
    return all.length < 2 ? all.join('') : `and ${all.map((each) => `(${each})`).join(' ')}`
  })
}

function ownConditions(manifest: Manifest): string[] {
  const [, version] = /^reviews-(v\d)$/.exec(manifest.name) ?? []
  if (version !== undefined) return [`has "${version}" .Values.reviews.versions`]
  if (isSettings(manifest)) return [makesSpans(manifest) ? '$services' : 'not $services']
  return manifest.name === 'jaeger' || manifest.name.startsWith('jaeger-') ? ['.Values.tracing.jaeger'] : []
}

function isIn(value: string, some: readonly string[], all: readonly string[]): string[] {
  if (some.length === all.length) return []
  const quoted = some.map((each) => `"${each}"`).join(' ')
  return [some.length === 1 ? `eq ${value} ${quoted}` : `has ${value} (list ${quoted})`]
}

function isSettings({ kind, name }: Manifest): boolean {
  return kind === 'ConfigMap' && name.startsWith('bookinfo-settings-')
}

function makesSpans({ body }: Manifest): boolean {
  return 'OTEL_EXPORTER_OTLP_ENDPOINT' in objectAt(body, 'data')
}

import { parseAllDocuments } from 'yaml'
import { at, dictionary, isObject, text, toJson, type Json, type JsonObject } from './json.ts'

/** One object of a cluster, as it is written in a manifest. */
export interface Manifest {
  apiVersion: string
  kind: string
  name: string
  labels: Record<string, string>
  body: JsonObject
}

/** @throws Error for a document that is not a manifest */
export function readManifests(yaml: string): Manifest[] {
  return parseAllDocuments(yaml, { version: '1.1', merge: true }).flatMap((document) => {
    const [error] = [...document.errors, ...document.warnings]
    if (error) throw new Error(error.message)
    const body = toJson(document.toJS())
    if (body === null) return []
    return [toManifest(body)]
  })
}

export function toManifest(body: Json): Manifest {
  const apiVersion = text(at(body, 'apiVersion'))
  const kind = text(at(body, 'kind'))
  const name = text(at(body, 'metadata.name'))
  // istioctl accepts a resource without a name.
  const nameless = kind === 'IstioOperator'
  if (!isObject(body) || apiVersion === '' || kind === '' || (name === '' && !nameless)) {
    throw new Error(`not a manifest, because apiVersion, kind or name is missing: ${JSON.stringify(body).slice(0, 80)}`)
  }
  if (kind === 'Secret' && isObject(body['data'])) {
    // kustomize breaks base64 into lines. Kubernetes accepts that.
    for (const [key, value] of Object.entries(dictionary(body['data']))) body['data'][key] = value.replaceAll('\n', '')
  }
  return { apiVersion, kind, name, labels: dictionary(at(body, 'metadata.labels')), body }
}

/** The object in findings: kind and name. */
export function title({ kind, name }: Manifest): string {
  return `${kind}/${name}`
}

/** Whether labels match a selector with matchLabels or matchExpressions. An empty one selects everything. */
export function selects(selector: Json | undefined, labels: Record<string, string>): boolean {
  const wanted = Object.entries(dictionary(at(selector, 'matchLabels')))
  if (!wanted.every(([key, value]) => labels[key] === value)) return false
  const expressions = at(selector, 'matchExpressions')
  return (Array.isArray(expressions) ? expressions : []).every((expression) => {
    const label = labels[text(at(expression, 'key'))]
    const values = at(expression, 'values')
    const listed = Array.isArray(values) && label !== undefined && values.includes(label)
    switch (text(at(expression, 'operator'))) {
      case 'In':
        return listed
      case 'NotIn':
        return !listed
      case 'Exists':
        return label !== undefined
      case 'DoesNotExist':
        return label === undefined
      default:
        throw new Error(`no such operator in a selector: ${JSON.stringify(expression)}`)
    }
  })
}

/** Whether labels match a selector of a Service or of Istio, which has labels only. An empty one selects nothing. */
export function selectsByLabels(selector: Json | undefined, labels: Record<string, string>): boolean {
  const wanted = Object.entries(dictionary(selector))
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value)
}

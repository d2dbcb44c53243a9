import { Document, isCollection, isPair, isScalar, visit } from 'yaml'
import type { Manifest } from '../manifest.ts'

const HEAD = '# Made by npm run samples. Do not edit it.\n'

/** Characters of a map or a list that is written on one line. */
const LINE_LIMIT = 90

/** Collections within a collection that is written on one line. With one, no line has a label twice, which `sed` would miss. */
const LINE_DEPTH = 2

/** Keys in a reader's order. The others follow in alphabetical order, as kustomize writes them. */
const firstKeys = [
  'apiVersion',
  'kind',
  'metadata',
  'name',
  'labels',
  'hosts',
  'host',
  'replicas',
  'selector',
  'template'
]

/** Objects as a file of YAML. */
export function printYaml(manifests: readonly Manifest[]): string {
  return printDocuments(manifests.map(({ body }) => body))
}

export function printDocuments(bodies: readonly unknown[]): string {
  return HEAD + bodies.map(printDocument).join('---\n')
}

function printDocument(body: unknown): string {
  const document = new Document(body, { version: '1.1' })
  visit(document, {
    Map: (_, map) => void (map.items = map.items.toSorted((one, other) => rank(one.key) - rank(other.key))),
    Seq: (_, sequence) => void (sequence.flow = fitsOnLine(sequence))
  })
  visit(document, { Map: (_, map) => void (map.flow = fitsOnLine(map)) })
  return document.toString({ lineWidth: 0, indentSeq: false, flowCollectionPadding: false })
}

function rank(key: unknown): number {
  const found = isScalar(key) ? firstKeys.indexOf(String(key.value)) : -1
  return found === -1 ? firstKeys.length : found
}

function fitsOnLine(node: unknown): boolean {
  return depthOf(node) <= LINE_DEPTH && JSON.stringify(node).length <= LINE_LIMIT
}

function depthOf(node: unknown): number {
  if (!isCollection(node)) return 0
  return 1 + Math.max(0, ...node.items.map((item) => depthOf(isPair(item) ? item.value : item)))
}

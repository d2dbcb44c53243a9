import { Failure } from '@bookinfo/cli'
import { readFileSync } from 'node:fs'
import { parseAllDocuments } from 'yaml'
import { endpointOf, hasLabels } from '../mesh/choice.ts'
import type { Traffic } from '../mesh/traffic.ts'
import type { Place } from '../topology.ts'
import { readDestinationRule } from './destination-rule.ts'
import { readHttpRoute } from './http-route.ts'
import type { Reading } from './reading.ts'
import { readVirtualService } from './virtual-service.ts'

/** What a file of Istio's objects sets for the traffic between the services. */
export interface Lesson extends Readonly<Pick<Reading, 'rules' | 'balance' | 'subsets'>> {
  /** The file, as it was named. */
  file: string
  /** What it sets, each in words. */
  objects: readonly string[]
}

/** Subsets come first: the rules of the same file name them. */
const readers = [
  { apiVersion: 'networking.istio.io/v1', kind: 'DestinationRule', read: readDestinationRule },
  { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', read: readVirtualService },
  { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', read: readHttpRoute }
]

/**
 * Reads a lesson.
 *
 * @param path where the file is
 * @param places what runs
 * @throws Failure naming all that is not supported here, or is no YAML
 */
export function readLesson(
  file: string,
  path: string,
  { places, traffic }: { places: readonly Place[]; traffic: Traffic }
): Lesson {
  const endpoints = places.map((place) => ({ service: place.service, ...endpointOf(place) }))
  const reading: Reading = {
    objects: new Set(),
    rules: new Map(),
    balance: new Map(),
    subsets: new Map(traffic.subsets),
    refusals: [],
    runs: (service, labels) => endpoints.some((each) => each.service === service && hasLabels(each, labels))
  }
  const objects = parseObjects(file, path)
  for (const object of objects) {
    const { apiVersion, kind } = object
    if (!readers.some((reader) => reader.apiVersion === apiVersion && reader.kind === kind))
      reading.refusals.push(`${String(kind)} (${String(apiVersion)}) is not supported by npm start`)
  }
  for (const { apiVersion, kind, read } of readers)
    for (const object of objects) if (object.apiVersion === apiVersion && object.kind === kind) read(object, reading)
  if (reading.refusals.length > 0) throw new Failure(`${file}: ${[...new Set(reading.refusals)].join('; ')}`)
  const { rules, balance, subsets } = reading
  return { file, objects: [...reading.objects], rules, balance, subsets }
}

interface Manifest {
  apiVersion?: unknown
  kind?: unknown
}

function parseObjects(file: string, path: string): Manifest[] {
  const documents = parseAllDocuments(readText(file, path))
  if (!Array.isArray(documents)) throw new Failure(`${file} is empty: a lesson has one object or more`)
  return documents.map((document) => {
    const [error] = document.errors
    if (error) throw new Failure(`${file} is no YAML: ${error.message.split('\n', 1)[0]}`)
    const object: unknown = document.toJS()
    if (typeof object !== 'object' || object === null) throw new Failure(`${file} has a document that is no object`)
    return object
  })
}

function readText(file: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new Failure(`the lesson ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}

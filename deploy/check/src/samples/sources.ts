import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { at, isObject, list, text, type Json, type JsonObject } from '../json.ts'
import { DEPLOY, renderAll } from '../kustomize.ts'
import { LESSONS } from '../lessons.ts'
import { readManifests, toManifest, type Manifest } from '../manifest.ts'

/** What the samples are made of. */
export interface Sources {
  /** The suite with the components that samples need. */
  suite: readonly Manifest[]
  /** The same with Services for IPv4 and IPv6. */
  dualStack: readonly Manifest[]
  lesson: (file: string) => Manifest[]
  file: (path: string) => Manifest[]
}

const components = ['mesh', 'versions', 'mysql', 'mongodb', 'ingress']

/** Renders the sources. @throws Error if there is no kustomize */
export function readSamplesSources(): Sources {
  const suite = [...rendered(components), ...ratingsOfMachine()]
  return {
    suite,
    dualStack: rendered(['dual-stack']),
    lesson: (file) => readManifests(readFileSync(join(LESSONS, file), 'utf8')).map(asInOriginal),
    file: (path) => readManifests(readFileSync(join(DEPLOY, path), 'utf8')).map(asInOriginal)
  }
}

function rendered(names: readonly string[]): Manifest[] {
  return readManifests(renderAll(['base'], names))
    .filter(isInOriginal)
    .map(asInOriginal)
}

/** Ratings that read the database in a virtual machine: without that machine, which needs KubeVirt. */
function ratingsOfMachine(): Manifest[] {
  return readManifests(renderAll(['components/mysql-vm/ratings'], []))
    .filter(isInOriginal)
    .map(asInOriginal)
}

/** The original has no budgets and no policies, and its pods need no ConfigMap, so that `-l app=reviews,version=v2` applies whole pods. */
function isInOriginal({ kind, name }: Manifest): boolean {
  if (kind === 'ConfigMap') return !name.startsWith('bookinfo-settings')
  return !['PodDisruptionBudget', 'AuthorizationPolicy', 'PeerAuthentication', 'Telemetry'].includes(kind)
}

/** Without a namespace, so that `kubectl apply -n` decides. */
function asInOriginal({ body }: Manifest): Manifest {
  const { namespace: _, ...metadata } = objectAt(body, 'metadata')
  const own = { ...body, metadata }
  return toManifest(at(body, 'kind') === 'Deployment' ? withOwnSettings(own) : own)
}

/** The settings that differ from their defaults are in the pod, in place of the overlays' ConfigMap. */
function withOwnSettings(deployment: JsonObject): JsonObject {
  const spec = objectAt(deployment, 'spec')
  const template = objectAt(spec, 'template')
  const { topologySpreadConstraints: _, ...pod } = objectAt(template, 'spec')
  const containers = list(pod['containers']).map((container): Json => {
    if (!isObject(container)) return container
    const { envFrom: __, env, ...rest } = container
    const others = list(env).filter((each) => text(at(each, 'name')) !== 'SHUTDOWN_DELAY_MS')
    return { ...rest, env: [{ name: 'SHUTDOWN_DELAY_MS', value: '3000' }, ...others] }
  })
  return { ...deployment, spec: { ...spec, template: { ...template, spec: { ...pod, containers } } } }
}

export function objectAt(value: Json | undefined, path: string): JsonObject {
  const found = at(value, path)
  return isObject(found) ? found : {}
}

import { createHash } from 'node:crypto'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { at, text, toJson } from './json.ts'
import { DEPLOY, render, type Kustomize } from './kustomize.ts'
import { overlays } from './targets.ts'

/** Every overlay as kustomize renders it, kept for who has no kustomize: `kubectl apply -f deploy/rendered/istio.yaml`. */
export const RENDERED = join(DEPLOY, 'rendered')
const LOCK = join(RENDERED, 'lock.json')

export function readRendered(overlay: string): string {
  return readFileSync(join(RENDERED, `${overlay}.yaml`), 'utf8')
}

/** Renders all overlays anew. */
export function writeRendered(kustomize: Kustomize): void {
  for (const overlay of Object.keys(overlays)) {
    writeFileSync(join(RENDERED, `${overlay}.yaml`), render(join(DEPLOY, 'overlays', overlay), kustomize))
  }
  writeFileSync(LOCK, `${JSON.stringify({ sources: hashOfSources(), rendered: hashOfRendered() }, null, 2)}\n`)
}

/**
 * Says whether what is kept is still what its sources say, as far as that can be told without kustomize.
 *
 * @returns what is wrong
 */
export function staleness(): string[] {
  const lock = toJson(JSON.parse(readFileSync(LOCK, 'utf8')))
  return [
    ...(text(at(lock, 'sources')) === hashOfSources()
      ? []
      : [
          'deploy/base, components or overlays have changed since deploy/rendered was made: run "npm run manifests" with kubectl or kustomize 5'
        ]),
    ...(text(at(lock, 'rendered')) === hashOfRendered()
      ? []
      : ['deploy/rendered was changed by hand: change its sources, and run "npm run manifests"'])
  ]
}

function hashOfSources(): string {
  return hashOf(globSync('{base,components,overlays}/**/*.{yaml,json,js,sql}', { cwd: DEPLOY }), DEPLOY)
}

function hashOfRendered(): string {
  return hashOf(globSync('*.yaml', { cwd: RENDERED }), RENDERED)
}

function hashOf(files: string[], folder: string): string {
  const hash = createHash('sha256')
  for (const file of files.toSorted()) hash.update(`${file}\n${readFileSync(join(folder, file), 'utf8')}\n`)
  return hash.digest('hex')
}

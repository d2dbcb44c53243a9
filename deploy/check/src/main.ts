import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import {
  allChecks,
  check,
  expectationsOf,
  checkRenamed,
  schemasWith,
  worldNamed,
  worldOf,
  type Check
} from './checks.ts'
import { DEPLOY, render } from './kustomize.ts'
import { rules } from './rules/index.ts'
import { keepDefinitions, readDefinitions } from './schemas/definitions.ts'
import { overlays } from './targets.ts'

const usage = `Usage: npm run manifests -- [--render DIR | --rules | --crds DIR [--keep]] [FOLDER --like OVERLAY]

Checks every overlay of deploy/, combinations with components, and the lessons against
schemas and rules. Needs kubectl or kustomize 5.

  --render DIR     write the overlays to DIR, one file each, and check nothing
  --rules          list the rules with their reasons, and check nothing
  --crds DIR       check against the definitions in DIR too, such as a cluster's own:
                   kubectl get crds -o yaml > DIR/crds.yaml
  --keep           take the definitions that are kept here from DIR
  FOLDER           check a kustomization of your own instead
  --like OVERLAY   the overlay that it is like: what is expected of mesh, details and policies
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    render: { type: 'string' },
    crds: { type: 'string' },
    rules: { type: 'boolean' },
    keep: { type: 'boolean' },
    like: { type: 'string' },
    help: { type: 'boolean' }
  }
})
const print = (line: string) => process.stdout.write(`${line}\n`)

try {
  if (values.help) print(usage)
  else if (values.rules) for (const { name, why } of rules) print(`${name.padEnd(24)}${why}`)
  else if (values.render !== undefined) renderTo(values.render)
  else if (values.keep) keepFrom(values.crds ?? '')
  else if (positionals[0] !== undefined) reportOwn(positionals[0], values.like ?? '')
  else report(allChecks(), check)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}

function report(checks: readonly Check[], findingsOf: typeof check): void {
  const checkSchema = schemasWith(values.crds ?? process.env['BOOKINFO_CRDS'])
  let good = 0
  for (const { name, world } of checks) {
    const rendered = world()
    const findings = findingsOf(rendered, checkSchema)
    print(`${findings.length === 0 ? 'ok   ' : 'WRONG'} ${name} (${rendered.manifests.length} objects)`)
    for (const { rule, what } of findings) print(`      ${rule}: ${what}`)
    if (findings.length === 0) good += 1
  }
  print(`${good} of ${checks.length} are good`)
  if (good < checks.length) process.exitCode = 1
}

function reportOwn(folder: string, overlay: string): void {
  const expect = expectationsOf(overlay)
  const own: Check = { name: folder, world: () => worldOf(folder, render(resolve(folder)), expect) }
  report([own], (world, checkSchema) => checkRenamed(world, worldNamed(overlay), checkSchema))
}

function renderTo(folder: string): void {
  mkdirSync(folder, { recursive: true })
  for (const overlay of Object.keys(overlays)) {
    writeFileSync(join(folder, `${overlay}.yaml`), render(join(DEPLOY, 'overlays', overlay)))
  }
  print(`${Object.keys(overlays).length} overlays are in ${folder}`)
}

/** Keeps the definitions of all kinds that are in use. */
function keepFrom(folder: string): void {
  const manifests = allChecks().flatMap(({ world }) => world().manifests)
  keepDefinitions(readDefinitions(folder), new Set(manifests.map(({ apiVersion, kind }) => `${apiVersion}/${kind}`)))
}

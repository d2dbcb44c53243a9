import { relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { applied, check, definitions, worldOf } from './checks.ts'
import { DEPLOY, findKustomize, render, renderWith, type Kustomize } from './kustomize.ts'
import { readLessons, withThoseBefore } from './lessons.ts'
import { readRendered, staleness, writeRendered } from './rendered.ts'
import { combinations, overlays } from './targets.ts'
import { keepCrds } from './schemas/crds.ts'
import type { Expectations, World } from './world.ts'

const usage = `Usage: npm run manifests -- [--crds DIR [--keep]] [FOLDER --like OVERLAY]

Renders every overlay of deploy/ into deploy/rendered, and checks it, combinations with
components, and the lessons, against schemas and rules.

  --crds DIR       check against the CustomResourceDefinitions in DIR too, such as a cluster's own:
                   kubectl get crds -o yaml > DIR/crds.yaml
  --keep           take the definitions that no package of npm has from there, and keep them
  FOLDER           check a kustomization of your own instead
  --like OVERLAY   which overlay it is like: what is expected of mesh, details and policies
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    crds: { type: 'string' },
    keep: { type: 'boolean' },
    like: { type: 'string' },
    help: { type: 'boolean' }
  }
})
const [folder] = positionals
const print = (line: string) => process.stdout.write(`${line}\n`)

if (values.help) print(usage)
else process.exitCode = run() ? 0 : 1

function run(): boolean {
  if (values.keep) keepCrds(values.crds ?? '')
  const kustomize = findKustomize()
  const checkWithCrd = definitions(values.crds ?? process.env['BOOKINFO_CRDS'])
  const report = (name: string, world: World): boolean => {
    const findings = check(world, checkWithCrd)
    print(`${findings.length === 0 ? 'ok   ' : 'WRONG'} ${name} (${world.manifests.length} objects)`)
    for (const { rule, what } of findings) print(`      ${rule}: ${what}`)
    return findings.length === 0
  }
  if (folder !== undefined) {
    if (!kustomize)
      return fail('a folder of your own can only be rendered with kubectl or kustomize 5, and there is neither')
    const expect = overlays[values.like ?? '']
    if (!expect) return fail(`--like needs one of ${Object.keys(overlays).join(', ')}`)
    return report(folder, worldOf(folder, render(resolve(folder), kustomize), expect))
  }
  if (kustomize) writeRendered(kustomize)
  else print('there is neither kubectl nor kustomize 5, so deploy/rendered is checked as it is, and no combinations')
  const stale = staleness()
  for (const line of stale) print(`WRONG ${line}`)
  const lessons = readLessons()
  const results = [
    ...Object.entries(overlays).map(([name, expect]) =>
      report(`overlays/${name}`, worldOf(name, readRendered(name), expect))
    ),
    ...(kustomize ? checkCombinations(kustomize, report) : []),
    ...lessons.flatMap((lesson) =>
      lesson.needs.map((overlay) => {
        const expect = { ...expectationsOf(overlay), lifted: lesson.lifts }
        const world = worldOf(overlay, readRendered(overlay), expect)
        return report(`lessons/${lesson.file} on ${overlay}`, applied(world, withThoseBefore(lesson, lessons)))
      })
    )
  ]
  const wrong = results.filter((good) => !good).length
  print(
    `${results.length - wrong} of ${results.length} are good; what is rendered is in ${relative(process.cwd(), `${DEPLOY}/rendered`)}`
  )
  return wrong === 0 && stale.length === 0
}

function checkCombinations(kustomize: Kustomize, report: (name: string, world: World) => boolean): boolean[] {
  return Object.entries(combinations).map(([name, { overlay, components, expect }]) => {
    const yaml = renderWith(overlay, components, kustomize)
    return report(name, worldOf(name, yaml, { ...expectationsOf(overlay), ...expect }))
  })
}

function expectationsOf(overlay: string): Expectations {
  const expect = overlays[overlay]
  if (!expect) throw new Error(`there is no overlay ${overlay}`)
  return expect
}

function fail(line: string): boolean {
  process.stderr.write(`${line}\n`)
  return false
}

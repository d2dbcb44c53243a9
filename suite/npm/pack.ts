import { explainFailure, parseOptions, print, ROOT, run } from '@bookinfo/cli'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { rolldown, type RolldownOptions } from 'rolldown'
// @boundaries-ignore the one configuration of all bundles, which stands at the root
import { inlineFiles, keepBeside, licences, withoutFetch } from '../../rolldown.config.ts'

/** What the launcher and the trace viewer load from a service's files: trace mode. */
const telemetry = '../../../services/details/dist/telemetry.js'

const bundles: Readonly<Record<string, RolldownOptions>> = {
  suite: { plugins: [inlineFiles(), licences()] },
  'packages/trace-viewer': {
    plugins: [inlineFiles(), withoutFetch(), keepBeside({ './sdk.ts': telemetry }), licences()],
    // Only for a terminal, and the launcher has the viewer's stdout.
    external: ['pino-pretty']
  }
}

/** The folders of the package are those of the repository, so that each part finds the others in both. */
const copied = [
  'LICENSE',
  'NOTICE',
  'suite/bin/npx.mjs',
  'suite/bin/node.mjs',
  'suite/bin/run.mjs',
  'deploy/lessons',
  'packages/trace-viewer/public',
  ...['productpage', 'details', 'reviews', 'ratings'].map((service) => `services/${service}/dist`)
]

const usage = `Usage: npm run pack -- [options]

Writes the npm package of the suite, bookinfo-VERSION.tgz.

  --to DIR     the folder for it; suite/npm/dist if not given
  --help       show this
`

await explainFailure(async () => {
  const options = { to: { type: 'string' }, help: { type: 'boolean' } } as const
  const { values } = parseOptions(process.argv.slice(2), { options, help: 'npm run pack -- --help' })
  if (values.help) return print(usage.trimEnd())
  const folder = resolve(values.to ?? join(ROOT, 'suite/npm/dist'))
  await mkdir(folder, { recursive: true })
  const stage = await mkdtemp(join(tmpdir(), 'bookinfo-npm-'))
  try {
    await fill(stage)
    print(join(folder, (await run('npm', ['pack', stage, '--pack-destination', folder, '--silent'])).trim()))
  } finally {
    await rm(stage, { recursive: true })
  }
})

/** Lays out the package. Source maps are left out: they are two thirds of its size. */
async function fill(stage: string): Promise<void> {
  for (const [workspace, options] of Object.entries(bundles)) await bundle(stage, workspace, options)
  const filter = (file: string) => !file.endsWith('.map')
  for (const path of copied) await cp(join(ROOT, path), join(stage, path), { recursive: true, filter })
  await cp(join(ROOT, 'suite/npm/README.md'), join(stage, 'README.md'))
  await writeFile(join(stage, 'package.json'), JSON.stringify(await describePackage(), undefined, 2))
}

async function bundle(stage: string, workspace: string, options: RolldownOptions): Promise<void> {
  const made = await rolldown({ input: join(ROOT, workspace, 'src/main.ts'), platform: 'node', ...options })
  const comments = { legal: true, annotation: false, jsdoc: false }
  await made.write({ file: join(stage, workspace, 'dist/main.js'), format: 'esm', codeSplitting: false, comments })
  await made.close()
}

async function describePackage() {
  const { name, version, license, description, engines }: Record<string, unknown> = JSON.parse(
    await readFile(join(ROOT, 'package.json'), 'utf8')
  )
  // GitHub sets it in a workflow. npm compares it with the signature of a release.
  const repository = process.env['GITHUB_REPOSITORY']
  return {
    name,
    version,
    description,
    license,
    type: 'module',
    bin: { bookinfo: 'suite/bin/npx.mjs' },
    engines,
    ...(repository && { repository: `github:${repository}` })
  }
}

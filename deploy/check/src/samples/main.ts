import { explainFailure, parseOptions, print, ROOT } from '@bookinfo/cli'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { renderSamples } from './render.ts'

const help = 'npm run samples -- --help'

const usage = `Usage: npm run samples -- [options]

Writes samples/bookinfo from the kustomize sources in deploy. Needs kubectl or kustomize 5.

  --to DIR     another folder
  --hub NAME   registry and folder of the images, for example ghcr.io/me; none if not given
  --tag TAG    of the images; the version of this repository if not given
  --help       show this
`

await explainFailure(async () => {
  const options = { to: { type: 'string' }, hub: { type: 'string' }, tag: { type: 'string' } } as const
  const { values } = parseOptions(process.argv.slice(2), { options: { ...options, help: { type: 'boolean' } }, help })
  if (values.help) return print(usage.trimEnd())
  const folder = values.to ?? join(ROOT, 'samples/bookinfo')
  const files = Object.entries(await renderSamples({ hub: values.hub ?? '', tag: values.tag }))
  for (const [file, yaml] of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), yaml)
  }
  print(`${files.length} samples are in ${folder}`)
})

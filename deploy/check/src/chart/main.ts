import { explainFailure, Failure, parseOptions, print } from '@bookinfo/cli'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DEPLOY } from '../kustomize.ts'
import { writeChart } from './write.ts'

const help = 'npm run chart -- --help'

const usage = `Usage: npm run chart -- [options]

Writes a Helm chart from the kustomize sources in deploy. Needs kubectl or kustomize 5.

  --to DIR     the folder of the chart, which is replaced; deploy/chart/dist/bookinfo if not given
  --hub NAME   registry and folder of the images that the chart names, for example ghcr.io/me; none if not given
  --help       show this
`

await explainFailure(async () => {
  const options = { to: { type: 'string' }, hub: { type: 'string' }, help: { type: 'boolean' } } as const
  const { values } = parseOptions(process.argv.slice(2), { options, help })
  if (values.help) return print(usage.trimEnd())
  const folder = values.to ?? join(DEPLOY, 'chart/dist/bookinfo')
  if (existsSync(folder) && !existsSync(join(folder, 'Chart.yaml')))
    throw new Failure(`${folder} is not a chart, and would be replaced: name another folder`)
  writeChart(folder, values.hub)
  print(`the chart is in ${folder}. Next: helm install bookinfo ${folder} --namespace bookinfo`)
})

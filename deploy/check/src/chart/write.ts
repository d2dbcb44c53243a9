import { ROOT } from '@bookinfo/cli'
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { DEPLOY } from '../kustomize.ts'
import { chartTemplate } from './template.ts'

const SOURCES = join(DEPLOY, 'chart')
const parts = ['values.yaml', 'values.schema.json', 'README.md', 'templates']

/**
 * Writes the Helm chart into a folder, in place of what is there.
 *
 * @param hub registry and folder of the images that the chart names by default; empty for none
 * @throws Error if there is no kustomize
 */
export function writeChart(folder: string, hub = ''): void {
  const template = chartTemplate()
  const { version, description, license }: Record<string, string> = JSON.parse(
    readFileSync(join(ROOT, 'package.json'), 'utf8')
  )
  rmSync(folder, { recursive: true, force: true })
  for (const part of parts) cpSync(join(SOURCES, part), join(folder, part), { recursive: true })
  const values = readFileSync(join(SOURCES, 'values.yaml'), 'utf8')
  writeFileSync(join(folder, 'values.yaml'), values.replace('hub: ""', `hub: ${JSON.stringify(hub)}`))
  writeFileSync(
    join(folder, 'Chart.yaml'),
    stringify({
      apiVersion: 'v2',
      name: 'bookinfo',
      type: 'application',
      description,
      version,
      appVersion: version,
      kubeVersion: '>=1.30.0-0',
      annotations: { 'org.opencontainers.image.licenses': license }
    })
  )
  writeFileSync(join(folder, 'templates/bookinfo.yaml'), template)
}

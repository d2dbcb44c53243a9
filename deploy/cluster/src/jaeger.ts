import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '@bookinfo/cli'
import type { Cluster } from './cluster.ts'
import { importProgram } from './images.ts'
import { buildPrograms } from './programs.ts'
import { timed } from './up.ts'

/** The Go module with Jaeger's main program. */
const SOURCES = join(import.meta.dirname, '../jaeger')

/** The newest of Go's module proxy. It has Jaeger 2.13. */
const JAEGER_VERSION = '1.76.0'

const DEPLOYMENT = join(import.meta.dirname, '../../components/jaeger/deployment.yaml')

/** Builds Jaeger, unless this user's cache has it. @returns the folder with the program */
export function buildJaeger(): Promise<string> {
  return buildPrograms({ name: 'Jaeger', version: JAEGER_VERSION, module: SOURCES, packages: ['.'] })
}

/** Brings Jaeger into the cluster's nodes, under the name that the component has. */
export async function importJaeger(cluster: Cluster): Promise<void> {
  const program = join(await buildJaeger(), 'bookinfo')
  const [, name] = /^ +image: (\S+)$/m.exec(readFileSync(DEPLOYMENT, 'utf8')) ?? []
  if (name === undefined) throw new Failure(`${DEPLOYMENT} must name one image`)
  const image = { reference: `docker.io/${name}`, program, entrypoint: '/jaeger' }
  await timed("Jaeger's image", () => importProgram(cluster, image))
}

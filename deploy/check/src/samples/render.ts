import { buildApp, ProductpageConfig } from '@bookinfo/productpage'
import { loadConfig } from '@bookinfo/service-kit'
import { toManifest, type Manifest } from '../manifest.ts'
import { toJson } from '../json.ts'
import { sampleFiles } from './catalogue.ts'
import { printDocuments, printYaml } from './print-yaml.ts'
import { readSamplesSources } from './sources.ts'

/** Whose images the samples name. */
export interface Images {
  /** Registry and folder; empty for none. */
  hub: string
  /** The tag of the sources if it is absent. */
  tag?: string | undefined
}

/** The generated samples by their path below `samples/bookinfo`. @throws Error if there is no kustomize */
export async function renderSamples(images: Images): Promise<Record<string, string>> {
  const files = Object.entries(sampleFiles(readSamplesSources()))
  const manifests = files.map(([file, all]) => [file, printYaml(all.map((each) => withImages(each, images)))])
  return { ...Object.fromEntries(manifests), 'swagger.yaml': await describePage() }
}

/** The suite's images have no registry in the sources, as they are loaded into nodes there. */
function withImages({ body }: Manifest, { hub, tag }: Images): Manifest {
  const renamed = JSON.stringify(body).replaceAll(
    /"(examples-bookinfo-[a-z0-9-]+):([\w.-]+)"/g,
    (_, name: string, own: string) => JSON.stringify(`${hub === '' ? '' : `${hub}/`}${name}:${tag ?? own}`)
  )
  return toManifest(toJson(JSON.parse(renamed)))
}

/** What productpage says of its own API. */
async function describePage(): Promise<string> {
  const app = buildApp(loadConfig(ProductpageConfig, { LOG_LEVEL: 'silent' }, []))
  try {
    const url = await app.listen({ port: 0, host: '127.0.0.1' })
    const response = await fetch(new URL('openapi.json', url), { signal: AbortSignal.timeout(10_000) })
    return printDocuments([await response.json()])
  } finally {
    await app.close()
  }
}

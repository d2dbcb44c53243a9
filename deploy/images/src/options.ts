import { Failure, parseOptions, readChoice, refuse } from '@bookinfo/cli'
import { catalogue, type Image } from './catalogue.ts'

export interface Options {
  /** Registry and folder before the names of images; empty for none. */
  hub: string
  tag: string
  /** `registry`, `debian` or the name of an image: NODE_IMAGE of the Dockerfile. */
  base: string
  builder: 'auto' | 'docker' | 'buildah'
  /** Empty for the machine's own, or both if the images are pushed. */
  platforms: Platform[]
  push: boolean
  unlessBuilt: boolean
  /** Whether each image also gets a variant with a shell, `TAG-debug`. */
  debug: boolean
  help: boolean
  images: readonly Image[]
}

export const platforms = ['linux/amd64', 'linux/arm64'] as const
export type Platform = (typeof platforms)[number]

/** The name of a platform's processor in Debian and OCI. */
export function architectureOf(platform: Platform): 'amd64' | 'arm64' {
  return platform === 'linux/amd64' ? 'amd64' : 'arm64'
}

/** The platform of this machine. On other systems than Linux, engines run Linux on the same processor. */
export function ownPlatform(): Platform {
  return process.arch === 'arm64' ? 'linux/arm64' : 'linux/amd64'
}

const builders = ['auto', 'docker', 'buildah'] as const

const known = {
  hub: { type: 'string' },
  tag: { type: 'string' },
  base: { type: 'string' },
  builder: { type: 'string' },
  platform: { type: 'string' },
  push: { type: 'boolean' },
  'unless-built': { type: 'boolean' },
  debug: { type: 'boolean' },
  help: { type: 'boolean' }
} as const

export const usage = `Usage: npm run images -- [options] [name ...]

  name             an image or a service, for example examples-bookinfo-details-v1 or reviews; all if none is given
  --hub NAME       registry and folder, for example docker.io/me; BOOKINFO_HUB if not given, else none
  --tag TAG        BOOKINFO_TAG if not given, else the version of this repository
  --base BASE      what the images stand on; NODE_IMAGE if not given, else registry
                     registry  Node and Debian from Docker Hub, cut down to what runs
                     debian    the same from Debian's packages and npm, without a registry
                     IMAGE     any image with Node 24 on its path, as it is
  --builder NAME   docker, buildah, or auto: Docker where an engine answers, else buildah
  --platform LIST  linux/amd64, linux/arm64 or both with a comma between; this machine's if not given,
                   both with --push
  --push           to the hub
  --unless-built   do nothing if all of them are here from this commit, on whatever base
  --debug          each image also with a shell and tools for kubectl exec, as TAG-debug
  --help           show this
`

/**
 * @param version the default tag
 * @throws Failure naming the argument that is wrong, and what is allowed
 */
export function readOptions(argv: readonly string[], env: NodeJS.ProcessEnv, version: string): Options {
  const { values, positionals } = parseOptions(argv, { options: known, help: 'npm run images -- --help' })
  const options: Options = {
    hub: values.hub ?? env['BOOKINFO_HUB'] ?? '',
    tag: values.tag ?? (env['BOOKINFO_TAG'] || version),
    base: values.base ?? (env['NODE_IMAGE'] || 'registry'),
    builder: readChoice('--builder', values.builder ?? 'auto', builders),
    platforms: (values.platform ?? '').split(',').filter(Boolean).map(readPlatform),
    push: values.push === true,
    unlessBuilt: values['unless-built'] === true,
    debug: values.debug === true,
    help: values.help === true,
    images: readImages(positionals)
  }
  // The syntax that registries accept.
  check('--hub', options.hub, /^$|^[a-z0-9.-]+(:[0-9]+)?(\/[a-z0-9._-]+)*$/, 'a registry and folders, in lower case')
  check('--tag', options.tag, /^\w[\w.-]{0,127}$/, 'up to 128 letters, digits, dots, dashes and underscores')
  check('--base', options.base, /^[\w.:/@-]+$/, 'registry, debian or the name of an image')
  if (options.push && options.hub === '') throw new Failure('--push needs a --hub to push to')
  return options
}

function readImages(names: readonly string[]): readonly Image[] {
  const unknown = names.find((name) => !catalogue.some((image) => isCalled(image, name)))
  if (unknown !== undefined) {
    const services = [...new Set(catalogue.map(({ service }) => service))].join(', ')
    throw new Failure(
      `there is no image "${unknown}": allowed are ${services} and whole names like ${catalogue[0]?.name}`
    )
  }
  return catalogue.filter((image) => names.length === 0 || names.some((name) => isCalled(image, name)))
}

function isCalled({ name, service }: Image, wanted: string): boolean {
  return name === wanted || service === wanted
}

function readPlatform(name: string): Platform {
  return readChoice('--platform', name, platforms)
}

function check(option: string, value: string, form: RegExp, allowed: string): void {
  if (!form.test(value)) refuse(option, value, allowed)
}

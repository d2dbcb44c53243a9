import type { Image } from './catalogue.ts'
import type { Options, Platform } from './options.ts'
import type { Sources } from './sources.ts'

/** The images to build, and their names. */
export interface Plan extends Pick<Options, 'hub' | 'tag' | 'base' | 'push'> {
  platforms: readonly Platform[]
  sources: Sources
}

/** A program that builds images from the Dockerfile. */
export interface Builder {
  name: string
  /** Builds images for all platforms, and pushes them if the plan says so. `onBuilt` gets the full name of each image. */
  build(images: readonly Image[], plan: Plan, onBuilt: (reference: string) => void): Promise<void>
  /** Builds the variant with a shell of an image that it has built, under its name and `-debug`, and pushes it if the plan says so. */
  buildDebug(reference: string, plan: Plan): Promise<void>
  /** Debian's packages in the base, as `dpkg-deb -f` describes them. */
  readPackages(plan: Plan, platform: Platform): Promise<string>
  /** A label of an image of this machine. @throws Failure if there is no such image */
  readLabel(reference: string, label: string): Promise<string>
}

/** Whether this program builds the base, so that its content is known. */
export function isOurs(base: string): boolean {
  return base === 'registry' || base === 'debian'
}

/** The full name of an image, for example `docker.io/me/examples-bookinfo-details-v1:0.1.0`. */
export function referenceTo(name: string, { hub, tag }: Pick<Plan, 'hub' | 'tag'>): string {
  return `${hub === '' ? '' : `${hub}/`}${name}:${tag}`
}

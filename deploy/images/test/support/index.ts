import type { Env, StartOptions } from '@bookinfo/service-kit/testing'
import { readFileSync } from 'node:fs'
import { runTool, startContainer, type Ended, type RunningContainer } from './container.ts'

export { runTool, startContainer } from './container.ts'
export { readImage } from './layout.ts'
export { copySources, createNobody } from './nobody.ts'

/** The version of the repository, which is the default tag of images. */
export const { version }: { version: string } = JSON.parse(
  readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8')
)

/** The name that `npm run images` gives to an image. */
export function reference(image: string): string {
  return `localhost/${image}:${version}`
}

/** Starts an image of the user's store, which has those of this commit. */
export function startImage(name: string, env: Env = {}, options: StartOptions = {}): Promise<RunningContainer> {
  return startContainer({ image: reference(name), storage: undefined }, env, options)
}

/** Runs podman on the user's store. */
export function podman(...args: string[]): Promise<Ended> {
  return runTool(undefined, 'podman', args)
}

export function buildah(...args: string[]): Promise<Ended> {
  return runTool(undefined, 'buildah', args)
}

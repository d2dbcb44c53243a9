import type { StartOptions } from '@bookinfo/service-kit/testing'
import { inject } from 'vitest'
import type { Env } from '@bookinfo/service-kit/testing'
import { runTool, startContainer, type Ended, type RunningContainer } from './container.ts'
import { reference } from './reference.ts'

/** Starts an image that was built for this run. */
export function startImage(name: string, env: Env = {}, options: StartOptions = {}): Promise<RunningContainer> {
  return startContainer({ image: reference(name), storage: inject('storage') }, env, options)
}

/** Runs podman on the images of this run. */
export function podman(...args: string[]): Promise<Ended> {
  return runTool(inject('storage'), 'podman', args)
}

export function buildah(...args: string[]): Promise<Ended> {
  return runTool(inject('storage'), 'buildah', args)
}

import { defineConfig } from 'vitest/config'
// @boundaries-ignore the one configuration of all tests, which stands at the root
import common from '../../vitest.config.ts'
import { findKustomize } from './src/kustomize.ts'

/** What is tested of the manifests once they are rendered. */
const rendered = ['test/rendered/**']

const message = 'there is neither kubectl nor kustomize 5, so overlays, lessons and mutations are not checked'
const canRender = findKustomize() !== undefined
if (!canRender && process.env['CI']) throw new Error(message)
if (!canRender) process.stderr.write(`${message}\n`)

export default defineConfig({
  test: { ...common.test, include: ['test/**/*.test.ts'], exclude: canRender ? [] : rendered }
})

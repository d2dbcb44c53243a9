import { expect, test } from 'vitest'
import { kustomizeMajor } from '../src/kustomize.ts'

test.each([
  ['Client Version: v1.36.3\nKustomize Version: v5.8.1\n', 5],
  ['Client Version: v1.32.4-dispatcher\nKustomize Version: v5.5.0\n', 5],
  ['Client Version: version.Info{Major:"1", Minor:"20"}\nv4.5.7\n', 4],
  ['v5.7.1\n', 5],
  ['Client Version: v1.20.1\n', Number.NaN],
  ['', Number.NaN]
])('the version of kustomize is read, and no other version, from %j', (output, major) => {
  expect(kustomizeMajor(output)).toBe(major)
})

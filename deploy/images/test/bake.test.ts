import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { catalogue } from '../src/index.ts'

const file = readFileSync(new URL('../docker-bake.hcl', import.meta.url), 'utf8')

test('docker-bake.hcl lists the same images as the program that builds without Docker', () => {
  const lines = [...file.matchAll(/^ {2}(\{ name = .+ \}),$/gm)].map(([, line = '']) => line)
  const listed = lines.map((line) => JSON.parse(line.replaceAll(/(\w+) = /g, '"$1": ')))
  expect(listed).toEqual(catalogue)
})

// New BuildKit gives folders that COPY makes the mode of the files, and nobody but root gets into them.
test('the Dockerfile makes every folder before it copies files of a mode into it', () => {
  const dockerfile = readFileSync(new URL('../Dockerfile', import.meta.url), 'utf8')
  const copies = [...dockerfile.matchAll(/^COPY --chmod=(?:[^\\\n]|\\\n)+ (\S+)$/gm)].map(([, target]) => target)
  expect(copies).toHaveLength(dockerfile.split('COPY --chmod=').length - 1)
  expect(new Set(copies)).toEqual(new Set(['./']))
})

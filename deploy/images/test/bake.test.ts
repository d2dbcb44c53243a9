import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { catalogue } from '../src/index.ts'

const file = readFileSync(new URL('../docker-bake.hcl', import.meta.url), 'utf8')

test('docker-bake.hcl lists the same images as the program that builds without Docker', () => {
  const lines = [...file.matchAll(/^ {2}(\{ name = .+ \}),$/gm)].map(([, line = '']) => line)
  const listed = lines.map((line) => JSON.parse(line.replaceAll(/(\w+) = /g, '"$1": ')))
  expect(listed).toEqual(catalogue)
})

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { catalogue } from '../src/index.ts'
import { bakeFile } from '../src/docker.ts'
import { readOptions } from '../src/options.ts'

test('the bake file has a target for every image, with its reference, arguments and labels', () => {
  const sources = { version: '1.2.3', revision: 'abc', epoch: 1_700_000_000 }
  const args = ['--hub', 'docker.io/me', '--tag', 'dev', '--platform', 'linux/arm64']
  const { group, target } = bakeFile({ ...readOptions(args, {}, '1.2.3'), sources })
  expect(group.default.targets).toEqual(catalogue.map(({ name }) => name))
  expect(Object.keys(target)).toEqual(group.default.targets)
  expect(target['examples-bookinfo-reviews-v2']).toEqual({
    context: '.',
    dockerfile: 'deploy/images/Dockerfile',
    platforms: ['linux/arm64'],
    args: { SERVICE: 'reviews', NODE_IMAGE: 'registry', SERVICE_VERSION: 'v2', ENABLE_RATINGS: 'true' },
    labels: {
      'org.opencontainers.image.title': 'examples-bookinfo-reviews-v2',
      'org.opencontainers.image.version': '1.2.3',
      'org.opencontainers.image.created': '2023-11-14T22:13:20Z',
      'org.opencontainers.image.revision': 'abc'
    },
    attest: ['type=provenance,disabled=true'],
    tags: ['docker.io/me/examples-bookinfo-reviews-v2:dev']
  })
})

// New versions of BuildKit give folders that COPY creates the mode of the files, so only root can enter them.
test('the Dockerfile makes every folder before it copies files of a mode into it', () => {
  const dockerfile = readFileSync(new URL('../Dockerfile', import.meta.url), 'utf8')
  const copies = [...dockerfile.matchAll(/^COPY --chmod=(?:[^\\\n]|\\\n)+ (\S+)$/gm)].map(([, target]) => target)
  expect(copies).toHaveLength(dockerfile.split('COPY --chmod=').length - 1)
  expect(new Set(copies)).toEqual(new Set(['./']))
})

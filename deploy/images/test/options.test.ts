import { describe, expect, test } from 'vitest'
import { catalogue } from '../src/index.ts'
import { readOptions } from '../src/options.ts'

const read = (args: string[], env: NodeJS.ProcessEnv = {}) => readOptions(args, env, '1.2.3')

test('without options every image is built for this machine, under the version of the repository', () => {
  expect(read([])).toEqual({
    hub: '',
    tag: '1.2.3',
    base: 'registry',
    builder: 'auto',
    platforms: [],
    push: false,
    unlessBuilt: false,
    debug: false,
    help: false,
    images: catalogue
  })
})

test("Istio's variables name hub and tag, and options win over them", () => {
  const env = { BOOKINFO_HUB: 'docker.io/me', BOOKINFO_TAG: 'dev', NODE_IMAGE: 'node:24-slim' }
  expect(read([], env)).toMatchObject({ hub: 'docker.io/me', tag: 'dev', base: 'node:24-slim' })
  const args = ['--hub', 'localhost:5000', '--tag=v1', '--base', 'debian', '--push']
  expect(read(args, env)).toMatchObject({ hub: 'localhost:5000', tag: 'v1', base: 'debian', push: true })
})

test('names choose images, and so do services', () => {
  const names = (...args: string[]) => read(args).images.map(({ name }) => name)
  expect(names('examples-bookinfo-ratings-v-faulty')).toEqual(['examples-bookinfo-ratings-v-faulty'])
  expect(names('details', '--tag', 'x', 'examples-bookinfo-reviews-v2')).toEqual([
    'examples-bookinfo-details-v1',
    'examples-bookinfo-details-v2',
    'examples-bookinfo-reviews-v2'
  ])
})

test('platforms stand in one list', () => {
  expect(read(['--platform', 'linux/arm64,linux/amd64']).platforms).toEqual(['linux/arm64', 'linux/amd64'])
})

describe('a wrong argument is named, with the allowed values', () => {
  test.each([
    [['--hubb', 'x'], 'unknown option --hubb: did you mean --hub? See npm run images -- --help'],
    [['--hub'], '--hub needs a value; see npm run images -- --help'],
    [['--push=yes'], '--push takes no value'],
    [['--push'], '--push needs a --hub to push to'],
    [['--hub', 'My Hub'], '--hub must be a registry and folders, in lower case, got "My Hub"'],
    [['--tag', 'a/b'], '--tag must be up to 128 letters, digits, dots, dashes and underscores, got "a/b"'],
    [['--base', 'a b'], '--base must be registry, debian or the name of an image, got "a b"'],
    [['--builder', 'kaniko'], '--builder must be auto or docker or buildah, got "kaniko"'],
    [['--platform', 'linux/s390x'], '--platform must be linux/amd64 or linux/arm64, got "linux/s390x"'],
    [
      ['detail'],
      'there is no image "detail": allowed are productpage, details, reviews, ratings and whole names like examples-bookinfo-productpage-v1'
    ]
  ])('%j', (args, message) => {
    expect(() => read(args)).toThrow(new Error(message))
  })
})

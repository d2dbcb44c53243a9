import { loadConfig } from '@bookinfo/service-kit'
import { readmeWithSettings } from '@bookinfo/service-kit/testing'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { DetailsConfig } from '../src/index.ts'

const readme = new URL('../README.md', import.meta.url)

test('the README lists the settings; in this folder, `npx vitest run -u` refreshes it', async () => {
  await expect(readmeWithSettings(readme, DetailsConfig)).toMatchFileSnapshot(fileURLToPath(readme))
})

describe('ENABLE_EXTERNAL_BOOK_SERVICE', () => {
  const load = (value: string) => loadConfig(DetailsConfig, { ENABLE_EXTERNAL_BOOK_SERVICE: value }, [])

  test.each(['', 'false'])('may be %j', (value) => {
    expect(load(value).ENABLE_EXTERNAL_BOOK_SERVICE).toBe('false')
  })

  test('is refused where it would do nothing', () => {
    expect(() => load('true')).toThrow(
      'ENABLE_EXTERNAL_BOOK_SERVICE cannot be "true": allowed is false: this version of details has no external book service'
    )
  })
})

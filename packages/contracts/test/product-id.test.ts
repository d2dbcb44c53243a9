import { describe, expect, test } from 'vitest'
import { parseProductId } from '../src/contracts.ts'
import { wrongIds } from './support/index.ts'

const good: [text: string, id: number][] = [
  ['0', 0],
  ['1', 1],
  ['42', 42],
  ['007', 7],
  ['010', 10],
  ['08', 8],
  ['0000000000000000000000000000005', 5],
  ['2147483647', 2_147_483_647],
  ['02147483647', 2_147_483_647]
]

const decoded = wrongIds.map((id) => decodeURIComponent(id))
const digitsOfOtherScripts = ['٣', '３', 'Ⅷ']
const bad = [...decoded, ...digitsOfOtherScripts, '', '9'.repeat(10_000), '-0', '1.', '1,000', '\u00a00', 'Infinity']

describe('parseProductId', () => {
  test.each(good)('reads %j as %j', (text, id) => {
    expect(parseProductId(text)).toBe(id)
  })

  test.each(bad)('refuses %j', (text) => {
    expect(parseProductId(text)).toBeUndefined()
  })
})

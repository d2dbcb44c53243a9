import { describe, expect, test } from 'vitest'
import { parseProductId } from '../src/contracts.ts'

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

const bad: [text: string, why: string][] = [
  ['', 'empty'],
  ['2147483648', 'one more than a Java int'],
  ['99999999999999999999999', 'far too large'],
  ['9'.repeat(10_000), 'ten thousand digits'],
  ['-1', 'a sign'],
  ['+5', 'a sign'],
  ['-0', 'a sign'],
  ['1.5', 'a fraction'],
  ['1.', 'a point'],
  ['1e3', 'an exponent'],
  ['0x1F', 'hexadecimal'],
  ['0b11', 'binary'],
  ['0o17', 'octal'],
  ['1_000', 'an underscore'],
  ['1,000', 'a comma'],
  [' 0', 'a leading blank'],
  ['0 ', 'a trailing blank'],
  ['0\n', 'a trailing line feed'],
  ['0\0', 'a null byte'],
  ['\u00a00', 'a no-break space'],
  ['abc', 'letters'],
  ['7abc', 'digits, then letters'],
  ['NaN', 'a word of JavaScript'],
  ['Infinity', 'a word of JavaScript'],
  ['null', 'null'],
  ['..', 'dots'],
  ['0;a=b', 'a path parameter'],
  ['0?x=1', 'a query'],
  ['0#f', 'a fragment'],
  ['0%20', 'percent-encoding'],
  ['٣', 'an Arabic digit'],
  ['３', 'a full-width digit'],
  ['Ⅷ', 'a Roman numeral'],
  ['é', 'a letter with an accent'],
  ['<script>', 'markup']
]

describe('parseProductId', () => {
  test.each(good)('reads %j as %j', (text, id) => {
    expect(parseProductId(text)).toBe(id)
  })

  test.each(bad)('refuses %j: %s', (text) => {
    expect(parseProductId(text)).toBeUndefined()
  })
})

import { expect, test } from 'vitest'
import { drawTerminal } from './terminal.ts'

test('a terminal is as wide as its longest line, marks lines, and shows any text as it is', () => {
  const svg = drawTerminal('$ get vm\n\nNAME  READY\na<b>  True\n', 'a<b>')
  const texts = [...svg.matchAll(/<text class="(\w+)"[^>]* textLength="([\d.]+)"\s*>(.*?)<\/text/g)]
  expect(texts.map(([, ...parts]) => parts)).toEqual([
    ['command', '67.2', '$ get vm'],
    ['output', '92.4', 'NAME  READY'],
    ['marked', '84.0', 'a&lt;b&gt;  True']
  ])
  expect(svg).toContain('viewBox="0 0 125 112"')
})

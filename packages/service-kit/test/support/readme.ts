import { readFileSync } from 'node:fs'
import type { TObject } from 'typebox'
import { markdownTable } from '../../src/index.ts'

const settingsPart = /(<!-- settings -->\n)[^]*(<!-- \/settings -->)/

/**
 * A service's README as it should be: with all its settings in a table between `<!-- settings -->` and
 * `<!-- /settings -->`. Compare it with `toMatchFileSnapshot`, and `vitest run -u` writes the table.
 */
export function readmeWithSettings(readme: URL, schema: TObject): string {
  const text = readFileSync(readme, 'utf8')
  if (!settingsPart.test(text)) throw new Error(`${readme.pathname} has no place for the table of settings`)
  return text.replace(settingsPart, (_part, begin: string, end: string) => `${begin}${markdownTable(schema)}\n${end}`)
}

import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { Type, type TObject } from 'typebox'
import { commonSettings, markdownTable } from '../../src/index.ts'

const settingsPart = /(<!-- settings -->\n)[^]*(<!-- \/settings -->)/

/**
 * A README as it should be: with a table of settings between `<!-- settings -->` and `<!-- /settings -->`. Compare it with
 * `toMatchFileSnapshot`, and `vitest run -u` writes the table.
 */
export function readmeWithSettings(readme: URL, schema: TObject): string {
  const text = readFileSync(readme, 'utf8')
  if (!settingsPart.test(text)) throw new Error(`${readme.pathname} has no place for the table of settings`)
  return text.replace(settingsPart, (_part, begin: string, end: string) => `${begin}${markdownTable(schema)}\n${end}`)
}

/** The settings of a service without those that all services have, which are in the README of service-kit. */
export function ownSettings({ properties }: TObject): TObject {
  const common = Object.entries(commonSettings)
  const isCommon = ([name, setting]: [string, unknown]) =>
    common.some((other) => other[0] === name && isDeepStrictEqual(other[1], setting))
  return Type.Object(Object.fromEntries(Object.entries(properties).filter((entry) => !isCommon(entry))))
}

import type { TObject, TSchema } from 'typebox'

interface Setting {
  name: string
  default: string
  description: string
}

/** Every setting of a schema with its default and meaning, in order: what `--help` and the README tables show. */
export function listSettings(schema: TObject): Setting[] {
  return Object.entries<TSchema>(schema.properties).map(([name, setting]) => ({
    name,
    default: 'default' in setting && setting.default !== '' ? String(setting.default) : '(unset)',
    description: describe(name, setting)
  }))
}

function describe(name: string, setting: TSchema): string {
  const description = 'description' in setting ? String(setting.description) : ''
  return 'secret' in setting ? `${description} \`${name}_FILE\` may name a file with it instead.` : description
}

/** The text of `--help`. */
export function helpText(service: string, schema: TObject): string {
  const settings = listSettings(schema)
  const nameWidth = Math.max(...settings.map((s) => s.name.length))
  const defaultWidth = Math.max(...settings.map((s) => s.default.length))
  const lines = settings.map(
    (s) => `  ${s.name.padEnd(nameWidth)}  ${s.default.padEnd(defaultWidth)}  ${s.description}`
  )
  return [
    `Usage: node main.js [port]`,
    '',
    `Settings of ${service} (environment variables, with their defaults):`,
    ...lines,
    ''
  ].join('\n')
}

/** The same as a Markdown table, for the READMEs; a test compares. */
export function markdownTable(schema: TObject): string {
  const rows = listSettings(schema).map(
    (s) => `| \`${s.name}\` | ${s.default === '(unset)' ? '' : `\`${s.default}\``} | ${s.description} |`
  )
  return ['| variable | default | meaning |', '| --- | --- | --- |', ...rows].join('\n')
}

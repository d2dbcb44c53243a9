import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { fileURLToPath } from 'node:url'
import { CommonConfig, helpText, markdownTable } from '../src/index.ts'
import { readmeWithSettings } from './support/index.ts'

const Settings = Type.Object({
  PORT: Type.Integer({ default: 9080, description: 'Port to listen on.' }),
  ENABLED: Type.Boolean({ default: false, description: 'Whether.' }),
  MONGO_DB_URL: Type.String({ default: '', description: 'Where the database is.' }),
  KEY: Type.String({ description: 'Has to be set.' })
})

test('--help lists every setting with its default and its meaning', () => {
  expect(helpText('details', Settings)).toBe(
    [
      'Usage: node main.js [port]',
      '',
      'Settings of details (environment variables, with their defaults):',
      '  PORT          9080     Port to listen on.',
      '  ENABLED       false    Whether.',
      '  MONGO_DB_URL  (unset)  Where the database is.',
      '  KEY           (unset)  Has to be set.',
      ''
    ].join('\n')
  )
})

test('the table for a README says the same', () => {
  expect(markdownTable(Settings)).toBe(
    [
      '| variable | default | meaning |',
      '| --- | --- | --- |',
      '| `PORT` | `9080` | Port to listen on. |',
      '| `ENABLED` | `false` | Whether. |',
      '| `MONGO_DB_URL` |  | Where the database is. |',
      '| `KEY` |  | Has to be set. |'
    ].join('\n')
  )
})

test('the README lists the settings of every service; in this folder, `npx vitest run -u` refreshes it', async () => {
  const readme = new URL('../README.md', import.meta.url)
  await expect(readmeWithSettings(readme, CommonConfig)).toMatchFileSnapshot(fileURLToPath(readme))
})

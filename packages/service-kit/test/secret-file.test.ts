import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Type } from 'typebox'
import { afterAll, describe, expect, test } from 'vitest'
import { loadConfig } from '../src/index.ts'

const Settings = Type.Object({
  NOTE: Type.String({ default: '', maxLength: 5 }),
  PASSWORD: Type.String({ default: '', maxLength: 8, secret: true })
})

describe('a secret in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bookinfo-secret-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const file = (content: string): string => {
    const path = join(folder, 'secret')
    writeFileSync(path, content)
    return path
  }

  test.each([
    ['as it is', 's3cret', 's3cret'],
    ['without the line break at its end', 's3cret\n', 's3cret'],
    ['without that of Windows', 's3cret\r\n', 's3cret'],
    ['with blanks that belong to it', ' s3 t ', ' s3 t ']
  ])('is read %s', (_how, content, password) => {
    expect(loadConfig(Settings, { PASSWORD_FILE: file(content) }, []).PASSWORD).toBe(password)
  })

  test('is checked like any other value, and not shown', () => {
    const problem = 'PASSWORD must be text of 0 to 8 characters, got a value that is not shown'
    expect(() => loadConfig(Settings, { PASSWORD_FILE: file('much too long') }, [])).toThrow(problem)
  })

  test('that does not exist is named in the error', () => {
    const env = { PASSWORD_FILE: join(folder, 'nothing') }
    expect(() => loadConfig(Settings, env, [])).toThrow(
      `PASSWORD_FILE must name a file that can be read, got "${env.PASSWORD_FILE}" (ENOENT)`
    )
  })

  test('conflicts with the same secret in the environment', () => {
    const env = { PASSWORD: 'a', PASSWORD_FILE: file('b') }
    expect(() => loadConfig(Settings, env, [])).toThrow('PASSWORD and PASSWORD_FILE are both set')
  })

  test('is only for secrets', () => {
    expect(loadConfig(Settings, { NOTE_FILE: file('note') }, []).NOTE).toBe('')
  })
})

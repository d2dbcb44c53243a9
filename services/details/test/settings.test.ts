import { loadConfig } from '@bookinfo/service-kit'
import { ownSettings, readmeWithSettings } from '@bookinfo/service-kit/testing'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { bookServiceUrl } from '../src/book-service.ts'
import { DetailsConfig } from '../src/app.ts'

const readme = new URL('../README.md', import.meta.url)
const load = (env: Record<string, string>) => loadConfig(DetailsConfig, env, [])

test('the README lists the settings that only this service has; in this folder, `npx vitest run -u` refreshes it', async () => {
  await expect(readmeWithSettings(readme, ownSettings(DetailsConfig))).toMatchFileSnapshot(fileURLToPath(readme))
})

describe('ENABLE_EXTERNAL_BOOK_SERVICE', () => {
  test.each([
    ['', false],
    ['false', false],
    ['true', true]
  ])('may be %j', (value, expected) => {
    expect(load({ ENABLE_EXTERNAL_BOOK_SERVICE: value }).ENABLE_EXTERNAL_BOOK_SERVICE).toBe(expected)
  })

  test('is no guess', () => {
    expect(() => load({ ENABLE_EXTERNAL_BOOK_SERVICE: 'yes' })).toThrow(
      'ENABLE_EXTERNAL_BOOK_SERVICE must be true or false, got "yes"'
    )
  })
})

describe('the address of the book service', () => {
  test.each([
    [{}, 'https://www.googleapis.com/books/v1/volumes'],
    [{ DO_NOT_ENCRYPT: 'true' }, 'http://www.googleapis.com/books/v1/volumes'],
    [{ BOOK_SERVICE_URL: 'https://books.example:8443/v1' }, 'https://books.example:8443/v1'],
    [{ BOOK_SERVICE_URL: 'https://books.example/v1', DO_NOT_ENCRYPT: 'true' }, 'https://books.example/v1'],
    [{ BOOK_SERVICE_URL: 'http://[::1]:9/' }, 'http://[::1]:9/']
  ])('by %j is %s', (env, address) => {
    expect(bookServiceUrl(load(env)).href).toBe(address)
  })

  test.each([
    'books.example',
    'ftp://books.example',
    'https://user:password@books.example/',
    'https://books.example/?q=1',
    'https://books.example/#x',
    'https://books.example:99999/',
    'https://10.0.0.300/v',
    'https://[1:2]/v',
    'https://books.example/a b'
  ])('cannot be %s', (url) => {
    expect(() => load({ BOOK_SERVICE_URL: url })).toThrow(
      `BOOK_SERVICE_URL must be an http:// or https:// address without user, query and fragment, got "${url}"`
    )
  })
})

import { createPublicKey, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { at, objectsIn, text } from '../src/json.ts'
import { LESSONS, readLesson, readLessons } from '../src/lessons.ts'
import { rules } from '../src/rules/index.ts'
import { overlays } from '../src/targets.ts'

const lessons = readLessons()

test('lessons need overlays that exist, and lift rules that exist', () => {
  const known = new Set([...Object.keys(overlays), ...rules.map(({ name }) => name)])
  const unknown = lessons.flatMap(({ file, needs, lifts }) =>
    [...needs, ...lifts].filter((word) => !known.has(word)).map((word) => `${file}: ${word}`)
  )
  expect(unknown).toEqual([])
})

test('lessons are all in the README, with their titles', () => {
  const readme = readFileSync(join(LESSONS, 'README.md'), 'utf8')
  expect(lessons.filter(({ file, title }) => !readme.includes(`| [${file}](${file}) | ${title} |`))).toEqual([])
})

test('no lesson asks for a login to a machine, which has no password and no port for SSH', () => {
  const login = /virtctl\b.* (console|ssh|vnc)\b/
  expect(lessons.filter(({ does }) => login.test(does)).map(({ file }) => file)).toEqual([])
})

test('a lesson without a head is refused', () => {
  expect(() => readLesson('x.yaml', 'apiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n')).toThrow(
    'lessons/x.yaml does not say in its head what it needs'
  )
})

test('the token of the lesson on JWT fits its policy', () => {
  const token = readFileSync(join(LESSONS, 'virtual-machine/jwt.token'), 'utf8').trim()
  const [head = '', claims = '', signature = ''] = token.split('.')
  const [authentication, policy] = lessons.find(({ file }) => file === 'virtual-machine/jwt.yaml')?.manifests ?? []
  const rule = at(authentication?.body, 'spec.jwtRules.0')
  const { keys } = JSON.parse(text(at(rule, 'jwks')))
  const key = createPublicKey({ key: keys[0], format: 'jwk' })
  const decoded = Buffer.from(signature, 'base64url')
  expect(verify('sha256', Buffer.from(`${head}.${claims}`), { key, dsaEncoding: 'ieee-p1363' }, decoded)).toBe(true)
  const { iss, sub, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString())
  expect(exp).toBeGreaterThan(Date.UTC(2090) / 1000)
  expect([iss, at(policy?.body, 'spec.rules.0.from.0.source.notRequestPrincipals')]).toEqual([
    at(rule, 'issuer'),
    [`${iss}/${sub}`]
  ])
})

test.each([
  ['/productpage', true],
  ['/productpage?u=normal', true],
  ['/productpage?', true],
  ['/productpage/', true],
  ['//productpage//?u=test', true],
  ['/ProductPage', true],
  ['/productpages', false],
  ['/static/productpage', false],
  ['/', false]
])('the rate limit at the gateway counts %s as the page: %s', (path, isPage) => {
  const { manifests } = lessons.find(({ file }) => file === 'rate-limit/gateway-global.yaml') ?? { manifests: [] }
  const objects = manifests.flatMap(({ body }) => [...objectsIn(body)])
  const patterns = objects.map(({ object }) => text(at(object, 'safe_regex.regex'))).filter((pattern) => pattern !== '')
  // Envoy compares the whole value. One pattern is for the page, one for everything else.
  expect(patterns.map((pattern) => new RegExp(`^(?:${pattern})$`).test(path))).toEqual([isPage, isPage])
})

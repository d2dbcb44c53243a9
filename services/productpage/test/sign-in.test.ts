import { afterAll, describe, expect, test } from 'vitest'
import { ask, askFully, json } from '@bookinfo/service-kit/testing'
import { postLogin, sessionIn, signIn, startProductpage, startWitness } from './support/index.ts'

const witness = await startWitness()
const { usersFor } = witness
const productpage = await startProductpage(witness.addresses)
afterAll(async () => {
  await productpage[Symbol.asyncDispose]()
  await witness[Symbol.asyncDispose]()
})
const { origin } = productpage

describe('signing in', () => {
  test('redirects to the page it came from, with a cookie that scripts and other sites cannot use', async () => {
    const { status, body, headers } = await postLogin(origin, 'username=jason&passwd=x', {
      referer: `${origin}/productpage?u=test`
    })
    expect({ status, body, location: headers['location'] }).toEqual({
      status: 302,
      body: '',
      location: 'productpage?u=test'
    })
    expect(headers['set-cookie']).toMatch(/^session=[^;]+; Path=\/; HttpOnly; SameSite=Lax$/)
  })

  test.each([
    ['https', true],
    ['HTTPS', true],
    ['https, http', true],
    [' , https,http', true],
    ['http, https', false],
    ['httpsx', false]
  ])('sets a cookie for TLS alone if the client used TLS: X-Forwarded-Proto %j', async (proto, secure) => {
    const { headers } = await postLogin(origin, 'username=jason', { 'x-forwarded-proto': proto })
    expect(String(headers['set-cookie']).includes('; Secure')).toBe(secure)
  })

  test('shows the name on every page, with a link to sign out', async () => {
    const cookie = await signIn(origin, 'jason')
    for (const path of ['/', '/productpage', '/docs']) {
      const { body } = await ask(origin, path, { headers: { cookie } })
      expect(body).toContain('jason')
      expect(body).toContain('href="./logout"')
      expect(body).not.toContain('sign-in-button')
    }
  })

  test.each([
    'jason',
    'Jason',
    'a"b\'c',
    '<script>alert(1)</script>',
    'Žofie Nováková',
    '花子',
    '🎭',
    'a.b.c',
    'a;b=c, d',
    'a%20b',
    '12345.jason',
    'null',
    'x'.repeat(100)
  ])('works for any name: %s', async (name) => {
    const cookie = await signIn(origin, name)
    expect(await usersFor(origin, { cookie })).toEqual([name])
    const { body } = await ask(origin, '/productpage', { headers: { cookie } })
    expect(body).not.toContain('<script')
  })

  test('cuts the blanks around a name, because a header cannot carry them', async () => {
    expect(await usersFor(origin, { cookie: await signIn(origin, ' jason ') })).toEqual(['jason'])
  })

  test.each([
    ['a line break', 'a\r\nX-Injected: 1'],
    ['a null byte', 'a\0b'],
    ['a tab within', 'a\tb'],
    ['a control character of ISO 8859', 'a\u0085b'],
    ['more than a hundred characters', 'x'.repeat(101)]
  ])('refuses a name with %s', async (_what, username) => {
    const { headers, ...answer } = await postLogin(origin, new URLSearchParams({ username }).toString())
    const rule = 'a user name has 1 to 100 characters and no control characters; please choose another'
    expect(answer).toEqual(json(400, { error: rule }))
    expect(headers['set-cookie']).toBeUndefined()
  })

  test('refuses a browser with a page', async () => {
    const { status, type, body } = await postLogin(origin, `username=${'x'.repeat(101)}`, { accept: 'text/html' })
    expect({ status, type }).toEqual({ status: 400, type: 'text/html; charset=utf-8' })
    expect(body).toContain('a user name has 1 to 100 characters')
  })

  const multipart = '--b\r\nContent-Disposition: form-data; name="username"\r\n\r\njason\r\n--b--\r\n'
  const FORM = 'application/x-www-form-urlencoded'
  const JSON_TYPE = 'application/json'
  const forms: [what: string, query: string, body: string, type: string, user: string][] = [
    ['a form', '', 'username=jason&passwd=x', FORM, 'jason'],
    ['a form without a password', '', 'username=bob', FORM, 'bob'],
    ['a form in capitals', '', 'username=jason', 'Application/X-WWW-Form-Urlencoded; charset=UTF-8', 'jason'],
    ['a form in parts', '', multipart, 'multipart/form-data; boundary=b', 'jason'],
    ['the query', '?username=fromquery', '', FORM, 'fromquery'],
    ['query and form: the query wins', '?username=fromquery', 'username=fromform', FORM, 'fromquery'],
    ['a form that names two: the first wins', '', 'username=one&username=two', FORM, 'one'],
    ['a query that names two: the first wins', '?username=one&username=two', '', FORM, 'one'],
    ['UTF-8 in a form', '', 'username=%C5%BDofie', FORM, 'Žofie'],
    ['the query, beside JSON', '?username=fromquery', '{"username":"fromjson"}', JSON_TYPE, 'fromquery'],
    ['the query, without a body', '?username=fromquery', '', JSON_TYPE, 'fromquery']
  ]
  test.each(forms)('takes the name from %s', async (_what, query, body, type, user) => {
    const { status, headers } = await postLogin(origin, body, { 'content-type': type }, query)
    expect(status).toBe(302)
    expect(await usersFor(origin, { cookie: sessionIn(headers) })).toEqual([user])
  })

  test.each([
    ['without a boundary', 'multipart/form-data'],
    ['with another boundary', 'multipart/form-data; boundary=other']
  ])('refuses a form in parts %s', async (_what, type) => {
    const { headers: _, ...answer } = await postLogin(origin, multipart, { 'content-type': type })
    expect(answer).toEqual(json(400, { error: 'the sign-in form is malformed' }))
  })
})

describe('a sign-in without a user name', () => {
  const FORM = 'application/x-www-form-urlencoded'
  test.each([
    ['JSON', '{"username":"jason"}', 'application/json', 415],
    ['plain text', 'username=jason', 'text/plain', 415],
    ['a body without a type', 'username=jason', '', 415],
    ['a form of another field', 'passwd=x', FORM, 400],
    ['JSON as a form', '{"username":"jason"}', FORM, 400],
    ['an empty name', 'username=&passwd=x', FORM, 400],
    ['a blank name', 'username=+++', FORM, 400],
    ['an empty form', '', FORM, 400],
    ['empty JSON', '', 'application/json', 400]
  ])('is an error and keeps the session: %s', async (_what, body, type, status) => {
    const cookie = await signIn(origin, 'jason')
    const answer = await postLogin(origin, body, { 'content-type': type, cookie })
    expect({ status: answer.status, cookie: answer.headers['set-cookie'] }).toEqual({ status, cookie: undefined })
    expect(await usersFor(origin, { cookie })).toEqual(['jason'])
  })
})

describe('a request from another site', () => {
  test.each([
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://elsewhere.example' }
  ])('neither signs in nor out: %j', async (headers) => {
    const cookie = await signIn(origin, 'jason')
    for (const answer of [
      await postLogin(origin, 'username=mallory', { cookie, ...headers }),
      await askFully(origin, '/logout', { headers: { cookie, ...headers } })
    ]) {
      expect({ status: answer.status, cookie: answer.headers['set-cookie'] }).toEqual({
        status: 403,
        cookie: undefined
      })
    }
  })
})

describe('signing out', () => {
  test('takes the cookie away', async () => {
    const cookie = await signIn(origin, 'jason')
    const { status, headers } = await askFully(origin, '/logout', { headers: { cookie } })
    expect(status).toBe(302)
    expect(headers['set-cookie']).toMatch(/^session=; .*(Max-Age=0|Expires=Thu, 01 Jan 1970 00:00:00 GMT)/)
    expect(await usersFor(origin, { cookie: sessionIn(headers) })).toEqual([undefined])
  })

  test('works without a session', async () => {
    expect((await askFully(origin, '/logout')).status).toBe(302)
  })

  test('answers HEAD', async () => {
    const { status, body } = await askFully(origin, '/logout', { method: 'HEAD' })
    expect({ status, body }).toEqual({ status: 302, body: '' })
  })
})

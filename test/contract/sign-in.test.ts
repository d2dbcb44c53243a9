import { afterAll, describe, expect, test } from 'vitest'
import {
  addressOf,
  ask,
  askFully,
  json,
  postLogin,
  respond,
  sessionIn,
  signIn,
  startProductpage,
  startTinyServer,
  type SeenRequest
} from '../support/index.ts'

/** Every service in one, remembering whom it was asked for. */
const upstream = await startTinyServer(respond(200, { id: 0, ratings: {} }))
const addresses = {
  ...addressOf('details', upstream.port),
  ...addressOf('reviews', upstream.port),
  ...addressOf('ratings', upstream.port)
}
const productpage = await startProductpage(addresses)
afterAll(async () => {
  await productpage[Symbol.asyncDispose]()
  await upstream[Symbol.asyncDispose]()
})
const { origin } = productpage

/** The users in whose name the upstream is asked for a page that comes with these headers. */
async function usersFor(at: string, headers: Record<string, string>): Promise<(string | undefined)[]> {
  const before = upstream.seen.length
  await ask(at, '/api/v1/products/0/ratings', { headers })
  return upstream.seen.slice(before).map(endUser)
}

function endUser({ headers }: SeenRequest): string | undefined {
  const values = headers
    .filter(([name]) => name === 'end-user')
    .map(([, value]) => Buffer.from(value, 'latin1').toString())
  return values.length > 1 ? values.join(' and ') : values[0]
}

describe('signing in', () => {
  test('leads back, with a cookie that scripts and other sites cannot use', async () => {
    const { status, body, headers } = await postLogin(origin, 'username=jason&passwd=x', {
      referer: `${origin}/productpage?u=test`
    })
    expect({ status, body, location: headers['location'] }).toEqual({
      status: 302,
      body: '',
      location: '/productpage?u=test'
    })
    expect(headers['set-cookie']).toMatch(/^session=[^;]+; Path=\/; HttpOnly; SameSite=Lax$/)
  })

  test('by way of TLS asks the browser to keep the cookie to TLS', async () => {
    const { headers } = await postLogin(origin, 'username=jason', { 'x-forwarded-proto': 'https' })
    expect(headers['set-cookie']).toMatch(/; Secure/)
  })

  test('shows the name on every page, and a way out', async () => {
    const cookie = await signIn(origin, 'jason')
    for (const path of ['/', '/productpage', '/docs']) {
      const { body } = await ask(origin, path, { headers: { cookie } })
      expect(body).toContain('jason')
      expect(body).toContain('href="/logout"')
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

  test('cuts the blanks around a name, which no header could carry', async () => {
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
  const forms: [what: string, query: string, body: string, type: string, user: string | undefined][] = [
    ['a form', '', 'username=jason&passwd=x', 'application/x-www-form-urlencoded', 'jason'],
    ['a form without a password', '', 'username=bob', 'application/x-www-form-urlencoded', 'bob'],
    ['a form in capitals', '', 'username=jason', 'Application/X-WWW-Form-Urlencoded; charset=UTF-8', 'jason'],
    ['a form in parts', '', multipart, 'multipart/form-data; boundary=b', 'jason'],
    ['the query', '?username=fromquery', '', 'application/x-www-form-urlencoded', 'fromquery'],
    [
      'query and form: the query wins',
      '?username=fromquery',
      'username=fromform',
      'application/x-www-form-urlencoded',
      'fromquery'
    ],
    [
      'a form that names two: the first wins',
      '',
      'username=one&username=two',
      'application/x-www-form-urlencoded',
      'one'
    ],
    [
      'a query that names two: the first wins',
      '?username=one&username=two',
      '',
      'application/x-www-form-urlencoded',
      'one'
    ],
    ['UTF-8 in a form', '', 'username=%C5%BDofie', 'application/x-www-form-urlencoded', 'Žofie'],
    ['JSON, which was always ignored', '', '{"username":"jason"}', 'application/json', undefined],
    ['a form without a name', '', 'passwd=x', 'application/x-www-form-urlencoded', undefined],
    ['a form with an empty name', '', 'username=&passwd=x', 'application/x-www-form-urlencoded', undefined],
    ['a form with a blank name', '', 'username=+++', 'application/x-www-form-urlencoded', undefined],
    ['an empty body', '', '', 'application/x-www-form-urlencoded', undefined]
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

describe('signing out', () => {
  test('takes the cookie away', async () => {
    const cookie = await signIn(origin, 'jason')
    const { status, headers } = await askFully(origin, '/logout', { headers: { cookie } })
    expect(status).toBe(302)
    expect(headers['set-cookie']).toMatch(/^session=; .*(Max-Age=0|Expires=Thu, 01 Jan 1970 00:00:00 GMT)/)
    expect(await usersFor(origin, { cookie: sessionIn(headers) })).toEqual([undefined])
  })

  test('works for those who are not signed in', async () => {
    expect((await askFully(origin, '/logout')).status).toBe(302)
  })

  test('answers HEAD', async () => {
    const { status, body } = await askFully(origin, '/logout', { method: 'HEAD' })
    expect({ status, body }).toEqual({ status: 302, body: '' })
  })
})

describe('a session', () => {
  const DAY_S = 24 * 60 * 60

  test('lasts for 31 days', async () => {
    let now = 1_800_000_000
    await using service = await startProductpage(addresses, { now: () => now })
    const cookie = await signIn(service.origin, 'jason')
    now += 31 * DAY_S - 1
    expect(await usersFor(service.origin, { cookie })).toEqual(['jason'])
    now += 1
    expect(await usersFor(service.origin, { cookie })).toEqual([undefined])
  })

  test('is good at every replica with the same secret, and at no other', async () => {
    const cookie = await signIn(origin, 'jason')
    await using replica = await startProductpage(addresses)
    expect(await usersFor(replica.origin, { cookie })).toEqual(['jason'])
    await using stranger = await startProductpage({ ...addresses, SESSION_SECRET: 'another secret of length' })
    expect(await usersFor(stranger.origin, { cookie })).toEqual([undefined])
  })

  test('is signed with a secret of the process where none is set, which it says once', async () => {
    await using one = await startProductpage({ ...addresses, SESSION_SECRET: '' })
    await using two = await startProductpage({ ...addresses, SESSION_SECRET: '' })
    const cookie = await signIn(one.origin, 'jason')
    expect(await usersFor(one.origin, { cookie })).toEqual(['jason'])
    expect(await usersFor(two.origin, { cookie })).toEqual([undefined])
    expect(one.log.lines.filter(({ level }) => level === 'warn').map(({ msg }) => msg)).toEqual([
      'SESSION_SECRET is not set: people are signed out when this process ends, and by every other replica'
    ])
  })

  const flask = 'eyJ1c2VyIjoiamFzb24ifQ.awN97g.2rcpjsFgIIc53C9TGlM3J8IBs98'
  test.each([
    ['an incoming end-user', { 'end-user': 'mallory' }],
    ['a session of the original, whose secret is public', { cookie: `session=${flask}` }],
    ['a session without a signature', { cookie: 'session=1800000000.jason' }],
    ['an empty session', { cookie: 'session=' }],
    ['a session that is not percent-encoded right', { cookie: 'session=%E0%A4%A' }],
    ['the cookie of an old Bookinfo', { cookie: 'user=jason' }],
    ['a session as long as the headers may be', { cookie: `session=${'a'.repeat(15_000)}` }]
  ])('is not made by %s', async (_what, headers) => {
    expect(await usersFor(origin, headers)).toEqual([undefined])
  })

  test('does not outlive a change of one letter', async () => {
    const cookie = await signIn(origin, 'jason')
    const name = cookie.replace('jason', 'mason')
    expect(name).not.toBe(cookie)
    const signature = cookie.slice(0, -2) + (cookie.endsWith('xx') ? 'yy' : 'xx')
    for (const changed of [name, signature]) expect(await usersFor(origin, { cookie: changed })).toEqual([undefined])
  })

  test('is found among other cookies, and wins over an incoming end-user', async () => {
    const cookie = `a=b; ${await signIn(origin, 'jason')}; other=1`
    expect(await usersFor(origin, { cookie, 'end-user': 'mallory' })).toEqual(['jason'])
  })
})

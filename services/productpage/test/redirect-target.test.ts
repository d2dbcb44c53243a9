import { afterAll, describe, expect, test } from 'vitest'
import { askFully, askRaw } from '@bookinfo/service-kit/testing'
import { postLogin, startProductpage } from './support/index.ts'

const productpage = await startProductpage()
afterAll(() => productpage[Symbol.asyncDispose]())
const { origin } = productpage
const { host } = new URL(origin)

describe('the way back', () => {
  const ways: [referer: string | undefined, location: string][] = [
    [`${origin}/productpage`, '/productpage'],
    [`${origin}/productpage?u=test`, '/productpage?u=test'],
    [`${origin}/`, '/'],
    [`${origin}/docs#operations`, '/docs'],
    [`${origin}/a%20b?c=%3Cd%3E`, '/a%20b?c=%3Cd%3E'],
    [undefined, '/productpage'],
    ['', '/productpage'],
    ['None', '/productpage'],
    ['/productpage', '/productpage'],
    ['http://elsewhere.example/productpage', '/productpage'],
    [`http://${host}.elsewhere.example/x`, '/productpage'],
    [`http://elsewhere.example/?${host}`, '/productpage'],
    [`http://${host}@elsewhere.example/`, '/productpage'],
    [`${origin}//elsewhere.example/`, '/productpage'],
    [`${origin}/\\elsewhere.example/`, '/productpage'],
    [`${origin}/.//elsewhere.example/`, '/productpage'],
    // Whose error pages have the sign-in form too, but which are no pages.
    [`${origin}/login`, '/productpage'],
    [`${origin}/login?username=`, '/productpage'],
    [`${origin}/logout`, '/productpage'],
    [`${origin}/login-help`, '/login-help'],
    ['javascript:alert(1)', '/productpage'],
    ['data:text/html,x', '/productpage'],
    ['http://h/p?a=<b>&c="d" e', '/productpage'],
    ['http://', '/productpage']
  ]
  test.each(ways)('from %j is %s, after signing in and out', async (referer, location) => {
    const headers = referer === undefined ? {} : { referer }
    expect((await postLogin(origin, 'username=jason', headers)).headers['location']).toBe(location)
    expect((await askFully(origin, '/logout', { headers })).headers['location']).toBe(location)
  })

  test('from an error page of the sign-in leads to a page, and one is signed in there', async () => {
    const failed = await askFully(origin, '/login', {
      method: 'POST',
      body: 'username=%00',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' }
    })
    expect([failed.status, failed.body]).toEqual([400, expect.stringContaining('name="username"')])
    for (const path of ['/login', '/logout']) {
      const { headers } = await postLogin(origin, 'username=jason', { referer: `${origin}${path}` })
      const cookie = String(headers['set-cookie']).split(';')[0] ?? ''
      const page = await askFully(origin, String(headers['location']), { headers: { cookie } })
      expect([page.status, page.body]).toEqual([200, expect.stringContaining('jason')])
    }
  })

  test('stays on the site when there is no Host at all', async () => {
    const answer = await askRaw(origin, `GET /logout HTTP/1.0\r\nReferer: ${origin}/docs\r\n\r\n`)
    expect(answer.status).toBe(302)
    expect(answer.head).toContain('\r\nlocation: /productpage')
  })

  test.each(['x:https://elsewhere.example/', 'x:alert(1)', 'file:///etc/passwd', 'about:blank'])(
    'stays on the site when neither Host nor Referer (%s) names one',
    async (referer) => {
      const answer = await askRaw(origin, `GET /logout HTTP/1.1\r\nHost:\r\nReferer: ${referer}\r\n\r\n`)
      expect(answer.head).toContain('\r\nlocation: /productpage')
    }
  )
})

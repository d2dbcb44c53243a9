import { afterAll, describe, expect, test } from 'vitest'
import { askFully, askRaw } from '@bookinfo/service-kit/testing'
import { postLogin, startProductpage } from './support/index.ts'

const productpage = await startProductpage()
afterAll(() => productpage[Symbol.asyncDispose]())
const { origin } = productpage
const { host } = new URL(origin)

describe('the redirect target', () => {
  const targets: [referer: string | undefined, location: string][] = [
    [`${origin}/productpage`, 'productpage'],
    [`${origin}/productpage?u=test`, 'productpage?u=test'],
    [`${origin}/bookinfo/productpage?u=test`, 'productpage?u=test'],
    [`${origin}/`, './'],
    [`${origin}/?x=1`, './?x=1'],
    [`${origin}/docs#operations`, 'docs'],
    [`${origin}/productpage?c=%3Cd%3E&e=<f>`, 'productpage?c=%3Cd%3E&e=%3Cf%3E'],
    [`${origin.toUpperCase()}/docs`, 'docs'],
    [undefined, 'productpage'],
    ['', 'productpage'],
    ['None', 'productpage'],
    ['/productpage', 'productpage'],
    ['http://elsewhere.example/docs', 'productpage'],
    [`http://${host}.elsewhere.example/docs`, 'productpage'],
    [`http://elsewhere.example/docs?${host}`, 'productpage'],
    [`http://${host}@elsewhere.example/docs`, 'productpage'],
    [`https://${host}.:1/docs`, 'productpage'],
    [`${origin}//elsewhere.example/`, './'],
    [`${origin}/\\elsewhere.example/x`, 'productpage'],
    [`${origin}/.//elsewhere.example/x`, 'productpage'],
    [`${origin}/%2F%2Felsewhere.example`, 'productpage'],
    [`${origin}/%5Celsewhere.example`, 'productpage'],
    [`${origin}/https://elsewhere.example`, 'productpage'],
    // Their error pages have the sign-in form too.
    [`${origin}/login`, 'productpage'],
    [`${origin}/login?username=`, 'productpage'],
    [`${origin}/logout`, 'productpage'],
    [`${origin}/nope`, 'productpage'],
    [`${origin}/api/v1/products/0/stars`, 'productpage'],
    ['javascript:alert(1)', 'productpage'],
    ['data:text/html,x', 'productpage'],
    ['http://h/docs?a=<b>&c="d" e', 'productpage'],
    ['http://', 'productpage']
  ]
  test.each(targets)('of %j is %s, after signing in and out', async (referer, location) => {
    const headers = referer === undefined ? {} : { referer }
    expect((await postLogin(origin, 'username=jason', headers)).headers['location']).toBe(location)
    expect((await askFully(origin, '/logout', { headers })).headers['location']).toBe(location)
  })

  test('of an error page of the sign-in leads to a page on which the user is signed in', async () => {
    const failed = await askFully(origin, '/login', {
      method: 'POST',
      body: 'username=%00',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' }
    })
    expect([failed.status, failed.body]).toEqual([400, expect.stringContaining('name="username"')])
    for (const path of ['/login', '/logout']) {
      const { headers } = await postLogin(origin, 'username=jason', { referer: `${origin}${path}` })
      const cookie = String(headers['set-cookie']).split(';')[0] ?? ''
      const page = await askFully(origin, `/${String(headers['location'])}`, { headers: { cookie } })
      expect([page.status, page.body]).toEqual([200, expect.stringContaining('jason')])
    }
  })

  test('stays on the site when there is no Host at all', async () => {
    const answer = await askRaw(origin, `GET /logout HTTP/1.0\r\nReferer: ${origin}/docs\r\n\r\n`)
    expect(answer.status).toBe(302)
    expect(answer.head).toContain('\r\nlocation: productpage')
  })

  test.each(['x:https://elsewhere.example/', 'x:alert(1)', 'file:///etc/passwd', 'about:blank'])(
    'stays on the site when neither Host nor Referer (%s) names one',
    async (referer) => {
      const answer = await askRaw(origin, `GET /logout HTTP/1.1\r\nHost:\r\nReferer: ${referer}\r\n\r\n`)
      expect(answer.head).toContain('\r\nlocation: productpage')
    }
  )
})

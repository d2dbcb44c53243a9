import { once } from 'node:events'
import { createServer, request as sendRequest } from 'node:http'
import { afterAll, describe, expect, test } from 'vitest'
import { askFully } from '@bookinfo/service-kit/testing'
import { readStarsForm, sessionIn, startSuite } from './support/index.ts'

const suite = await startSuite({ reviews: ['v3'] })
afterAll(() => suite[Symbol.asyncDispose]())

/** A gateway that serves the site below a path, as an HTTPRoute or a VirtualService with a prefix rewrite does. */
async function startGateway(rewrite: (url: string) => string, headers: Record<string, string>) {
  const server = createServer((incoming, outgoing) => {
    const options = {
      method: incoming.method,
      path: rewrite(incoming.url ?? ''),
      headers: { ...incoming.headers, ...headers }
    }
    const forwarded = sendRequest(suite.productpage, options, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    incoming.pipe(forwarded)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    origin: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    }
  }
}

/** A client that resolves addresses as a browser does, keeps the session and follows redirects. */
function createBrowser(start: string) {
  let cookie = ''
  let location = new URL(start)
  async function open(address: string, form?: Record<string, string>): Promise<{ status: number; page: string }> {
    const referer = location.href
    location = new URL(address, location)
    const answer = await askFully(location.origin, location.pathname + location.search, {
      method: form ? 'POST' : 'GET',
      headers: {
        accept: 'text/html',
        cookie,
        referer,
        ...(form && { origin: location.origin, 'content-type': 'application/x-www-form-urlencoded' })
      },
      ...(form && { body: new URLSearchParams(form).toString() })
    })
    if (answer.headers['set-cookie'] !== undefined) cookie = sessionIn(answer.headers)
    const target = answer.headers['location']
    return target === undefined ? { status: answer.status, page: String(answer.body) } : open(String(target))
  }
  return {
    open,
    address: () => location.href,
    /** The statuses of all files and pages that a page links to on its own site. */
    async statusesOfLinks(page: string): Promise<number[]> {
      const links = [...page.matchAll(/(?:src|href)="([^"#]*)"/g)].map(([, link = '']) => new URL(link, location))
      const own = links.filter(({ origin, pathname }) => origin === location.origin && !pathname.endsWith('logout'))
      return Promise.all(
        own.map(async ({ origin, pathname, search }) => (await askFully(origin, pathname + search)).status)
      )
    }
  }
}

const strip = (url: string) => url.replace(/^\/bookinfo\//, '/')
const gateways: [what: string, rewrite: (url: string) => string, headers: Record<string, string>][] = [
  ['/bookinfo/ becomes /', strip, {}],
  ['/bookinfo/ becomes /, with X-Forwarded-Prefix', strip, { 'x-forwarded-prefix': '/bookinfo' }],
  ['/bookinfo becomes /, which leaves two slashes', (url) => url.replace(/^\/bookinfo/, '/'), {}],
  ['no prefix', (url) => url.replace(/^\/bookinfo/, ''), {}]
]

describe.each(gateways)('behind a gateway: %s', (_what, rewrite, headers) => {
  test('all links of all pages work', async () => {
    await using gateway = await startGateway(rewrite, headers)
    for (const path of ['', 'index.html', 'productpage', 'docs', 'nope', 'a/deep/path', 'api/v1/products/0/stars']) {
      const browser = createBrowser(gateway.origin)
      const { page } = await browser.open(`/bookinfo/${path}`)
      const statuses = await browser.statusesOfLinks(page)
      expect(statuses.length).toBeGreaterThan(6)
      expect(new Set(statuses)).toEqual(new Set([200]))
    }
  })

  test('a user signs in, gives stars and signs out', async () => {
    await using gateway = await startGateway(rewrite, headers)
    const browser = createBrowser(gateway.origin)
    const productpage = `${gateway.origin}/bookinfo/productpage`
    await browser.open('/bookinfo/productpage?u=test')
    const signedIn = await browser.open('login', { username: 'jason' })
    expect([browser.address(), signedIn.status]).toEqual([`${productpage}?u=test`, 200])
    const form = readStarsForm(signedIn.page)
    const failed = await browser.open(form?.action ?? '', { token: form?.token ?? '', stars: '9' })
    expect(failed.status).toBe(400)
    expect(new Set(await browser.statusesOfLinks(failed.page))).toEqual(new Set([200]))
    await browser.open('/bookinfo/productpage')
    const given = await browser.open(form?.action ?? '', { token: form?.token ?? '', stars: '2' })
    expect(browser.address()).toBe(`${productpage}#your-stars`)
    expect(given.page).toContain('You gave 2 stars.')
    const signedOut = await browser.open('logout')
    expect(browser.address()).toBe(productpage)
    expect(signedOut.page).toContain('sign-in-button')
  })
})

describe('the home page without a slash at its end', () => {
  test.each([
    ['/bookinfo', '/bookinfo/productpage'],
    ['/a/, /b', '/a/b/productpage'],
    ['//elsewhere.example', './productpage'],
    ['https://elsewhere.example', './productpage'],
    ['/a/../b', './productpage'],
    ['/a"b', './productpage']
  ])('links below X-Forwarded-Prefix: %s', async (prefix, link) => {
    const { body, headers } = await askFully(suite.productpage, '/', { headers: { 'x-forwarded-prefix': prefix } })
    expect(body).toContain(`href="${link}"`)
    expect(headers['vary']).toContain('X-Forwarded-Prefix')
  })
})

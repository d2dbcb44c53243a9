import { execFile } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { ask, askFully } from '@bookinfo/service-kit/testing'
import { startProductpage, startSuite } from './support/index.ts'

const suite = await startSuite()
afterAll(() => suite[Symbol.asyncDispose]())

async function pageOf(origin: string, path: string): Promise<string> {
  const { status, type, body } = await ask(origin, path)
  expect({ status, type }).toEqual({ status: 200, type: 'text/html; charset=utf-8' })
  return String(body)
}

describe('the home page', () => {
  test.each(['/', '/index.html', '/?x=1'])('is served at %s', async (path) => {
    const page = await pageOf(suite.productpage, path)
    expect(page).toContain('This is a simple bookstore application consisting of three services as shown below')
    for (const text of ['./productpage?u=normal', 'Normal user', './productpage?u=test', 'Test user'])
      expect(page).toContain(text)
    for (const name of ['details', 'reviews', 'ratings']) expect(page).toContain(name)
  })

  test('shows the addresses of the services', async () => {
    await using productpage = await startProductpage({ SERVICES_DOMAIN: 'test.svc', REVIEWS_HOSTNAME: 'a,b:81' })
    const page = await pageOf(productpage.origin, '/')
    for (const origin of ['details.test.svc:9080', 'a.test.svc:9080', 'b.test.svc:81', 'ratings.test.svc:9080']) {
      expect(page).toContain(`http://${origin}`)
    }
  })
})

test('the page of the API shows the fields of an answer', async () => {
  const page = await pageOf(suite.productpage, '/docs')
  expect(page).toContain('year: number or string or null')
})

test('each command and each link of the page of the API works', async () => {
  const page = await pageOf(suite.productpage, '/docs')
  const commands = [...page.matchAll(/<code>(curl [^<]*)<\/code>/g)].map(([, text]) => text?.replaceAll('&#39;', "'"))
  expect(commands).toHaveLength([...page.matchAll(/<article class="card operation"/g)].length)
  expect(commands).toContain("curl -s -b cookies -c cookies -d 'username=jason' $BOOKINFO/login")
  const script = commands.map((command) => `${command} --fail --output /dev/null`).join('\n')
  const cwd = await mkdtemp(join(tmpdir(), 'bookinfo-docs-'))
  await promisify(execFile)('sh', ['-ec', script.replaceAll('&quot;', '"')], {
    cwd,
    env: { ...process.env, BOOKINFO: suite.productpage }
  })
  const links = [...page.matchAll(/<a href="([^"]*)">Try it/g)].map(
    ([, link]) => new URL(link ?? '', 'http://site/docs').pathname
  )
  expect(links.length).toBeGreaterThan(5)
  for (const link of links) expect([200, 302]).toContain((await ask(suite.productpage, link)).status)
  const ids = [...page.matchAll(/<a class="more" href="#([^"]*)"/g)].map(([, id]) => id)
  for (const id of ids) expect(page).toContain(`id="${id}"`)
})

describe('every page', () => {
  test.each(['/', '/productpage', '/docs', '/nope', '/a/deep/path'])(
    'is complete and has no scripts: %s',
    async (path) => {
      const { body, headers } = await askFully(suite.productpage, path, { headers: { accept: 'text/html' } })
      const page = String(body)
      expect(page.slice(0, 32)).toMatch(/^<!doctype html>\s*<html lang="en">/)
      expect(page.trimEnd()).toMatch(/<\/body>\s*<\/html>$/)
      expect(page).not.toMatch(/<script|\son[a-z]+=|javascript:|<style|\sstyle=/i)
      const ids = [...page.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id)
      expect(ids).toEqual([...new Set(ids)])
      expect(
        [...page.matchAll(/(?:src|<link [^>]*href)="([^"]*)"/g)].filter(
          ([, url]) => !/^(\.\/|(\.\.\/)+)static\//.test(url ?? '')
        )
      ).toEqual([])
      const policy = String(headers['content-security-policy'])
      expect(policy).toContain("default-src 'none'")
      expect(policy).not.toContain('unsafe-inline')
    }
  )

  test.each([
    ['/', 200],
    ['/productpage', 200],
    ['/docs', 200],
    ['/nope', 404],
    ['/login', 405]
  ])('is for its reader alone, not for shared caches: %s', async (path, status) => {
    const answer = await askFully(suite.productpage, path, { headers: { accept: 'text/html' } })
    expect(answer.status).toBe(status)
    expect(String(answer.headers['vary']).toLowerCase().split(/, */)).toContain('cookie')
    expect(answer.headers['cache-control']).toBe('private, no-cache')
  })

  test('has a picture from elsewhere only if ANSWERS_URL is set', async () => {
    const url = 'http://localhost:16686/answers.svg?service=reviews'
    await using productpage = await startProductpage({ ANSWERS_URL: url })
    const { headers, body } = await askFully(productpage.origin, '/productpage')
    expect(String(headers['content-security-policy'])).toContain("img-src 'self' http://localhost:16686;")
    expect(String(body)).toContain('<a class="answers" href="http://localhost:16686/map"')
    expect(String(body)).toContain(`src="${url}"`)
    const { headers: usual, body: usualBody } = await askFully(suite.productpage, '/productpage')
    expect(String(usual['content-security-policy'])).toContain("img-src 'self';")
    expect(String(usualBody)).not.toContain('class="answers"')
  })

  test.each([
    [{}, "'self'", 'SAMEORIGIN'],
    [{ FRAME_ANCESTORS: 'none' }, "'none'", undefined],
    [{ FRAME_ANCESTORS: '*' }, '*', undefined],
    [{ FRAME_ANCESTORS: 'self, https://*.training.example:8443' }, "'self' https://*.training.example:8443", undefined]
  ])('may be framed by the sites in the settings: %j', async (env, ancestors, older) => {
    await using productpage = await startProductpage(env)
    const { headers } = await askFully(productpage.origin, '/')
    expect(String(headers['content-security-policy'])).toMatch(
      new RegExp(`frame-ancestors ${RegExp.escape(ancestors)}$`)
    )
    expect(headers['x-frame-options']).toBe(older)
  })

  test.each([
    ['br', 'br'],
    ['gzip', 'gzip'],
    ['gzip, br', 'br'],
    ['identity', undefined],
    ['', undefined]
  ])('is compressed for a browser that takes %j', async (accepted, coding) => {
    const { headers } = await askFully(suite.productpage, '/productpage', { headers: { 'accept-encoding': accepted } })
    expect(headers['content-encoding']).toBe(coding)
  })
})

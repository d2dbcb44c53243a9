import { readdir, readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { ask, json, respond, startTinyServer } from '../support/index.ts'
import { lonelyBundle, runNode, serviceFile, services, startBundle, type ServiceName } from './bundle.ts'

const healthy: Record<ServiceName, unknown> = {
  productpage: 'Product page is healthy',
  details: { status: 'Details is healthy' },
  reviews: { status: 'Reviews is healthy' },
  ratings: { status: 'Ratings is healthy' }
}

describe.each(services)('%s, with only its bundle in the folder', (service) => {
  test('answers health, probes, metrics and OpenAPI, writes no file, and exits with 0', async () => {
    await using bundle = await startBundle(service)
    const health = await ask(bundle.origin, '/health')
    expect(health).toMatchObject({ status: 200, body: healthy[service] })
    expect(await ask(bundle.origin, '/readyz')).toEqual(json(200, { status: 'ok' }))
    expect(await ask(bundle.origin, '/metrics')).toMatchObject({ status: 200 })
    expect(await ask(bundle.origin, '/openapi.json')).toMatchObject({ status: 200, body: { openapi: '3.1.0' } })

    const { code, signal, stderr } = await bundle.stop()
    expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' })
    expect(await readdir(bundle.folder)).toEqual(['main.js'])
  })

  test('lists its settings with --help', async () => {
    await using folder = await lonelyBundle(service)
    const { code, stdout, stderr } = await runNode(folder.path, ['main.js', '--help'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain(`Settings of ${service}`)
  })

  test('prints one line for an invalid argument', async () => {
    await using folder = await lonelyBundle(service)
    const { code, stdout, stderr } = await runNode(folder.path, ['main.js', 'http'])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^\w+: PORT must be .+, got "http" .+\n$/)
  })
})

test('bundles call each other', async () => {
  await using ratings = await startBundle('ratings')
  const body = '{"Reviewer1": 1, "Reviewer2": 2}'
  await ask(ratings.origin, '/ratings/7', { method: 'POST', body })
  await using reviews = await startBundle('reviews', {
    ENABLE_RATINGS: 'true',
    STAR_COLOR: 'red',
    RATINGS_HOSTNAME: `127.0.0.1:${ratings.port}`
  })
  expect(await ask(reviews.origin, '/reviews/7')).toMatchObject({
    status: 200,
    body: { reviews: [{ rating: { stars: 1, color: 'red' } }, { rating: { stars: 2, color: 'red' } }] }
  })
})

test('a bundle follows redirects, although it contains only a part of undici', async () => {
  await using ratings = await startBundle('ratings')
  const away = respond(302, '', { location: `${ratings.origin}/ratings/0` })
  await using elsewhere = await startTinyServer(away)
  await using reviews = await startBundle('reviews', {
    ENABLE_RATINGS: 'true',
    RATINGS_HOSTNAME: `127.0.0.1:${elsewhere.port}`
  })
  expect(await ask(reviews.origin, '/reviews/0')).toMatchObject({
    status: 200,
    body: { reviews: [{ rating: { stars: 5 } }, { rating: { stars: 4 } }] }
  })
})

const types: Record<string, string> = { css: 'text/css; charset=utf-8', svg: 'image/svg+xml', png: 'image/png' }

test('the bundle of productpage contains all files of the site, unchanged', async () => {
  await using details = await startBundle('details')
  await using reviews = await startBundle('reviews')
  await using productpage = await startBundle('productpage', {
    DETAILS_HOSTNAME: `127.0.0.1:${details.port}`,
    REVIEWS_HOSTNAME: `127.0.0.1:${reviews.port}`
  })
  const page = await fetch(`${productpage.origin}/productpage?u=normal`)
  expect(page.status).toBe(200)
  const html = await page.text()
  expect(html).toContain('<title>Simple Bookstore App</title>')

  const paths = [...html.matchAll(/(?:href|src)="(?:\.\/)?(static\/[^"]+)"/g)].map(([, path]) => `/${path}`)
  expect(paths.some((path) => path.includes('.css'))).toBe(true)
  expect(paths.some((path) => path.includes('.svg'))).toBe(true)
  // The original's address of its picture. Scripts use it.
  const served = await Promise.all(
    [...paths, '/static/img/izzy.png'].map(async (path) => {
      const answer = await fetch(productpage.origin + path)
      const extension = path.split('?', 1)[0]?.split('.').at(-1) ?? ''
      expect([path, answer.status, answer.headers.get('content-type')]).toEqual([path, 200, types[extension]])
      return Buffer.from(await answer.arrayBuffer())
    })
  )
  for (const file of await readdir(serviceFile('productpage', 'public'))) {
    const content = await readFile(serviceFile('productpage', `public/${file}`))
    // The stylesheet comes after the one that the page shares with the trace viewer.
    const found = served.some((bytes) => (file.endsWith('.css') ? bytes.includes(content) : bytes.equals(content)))
    expect([file, found]).toEqual([file, true])
  }
})

import { afterAll, describe, expect, test } from 'vitest'
import { addressOf } from '@bookinfo/service-kit/testing'
import { postStars, startProductpage, startSuite, visitForStars } from './support/index.ts'

const suite = await startSuite({ reviews: ['v2'] })
afterAll(() => suite[Symbol.asyncDispose]())

describe('stars of a form', () => {
  const { origin } = new URL(suite.productpage)
  const host = 'shop.example'
  const requests: [what: string, status: number, headers: Record<string, string>][] = [
    ['the same origin', 303, { 'sec-fetch-site': 'same-origin', origin }],
    ['the same origin, behind a gateway', 303, { 'sec-fetch-site': 'same-origin', origin: 'http://gateway.example' }],
    ['the user alone', 303, { 'sec-fetch-site': 'none' }],
    ['the same origin in an older browser', 303, { origin }],
    ['a program', 303, {}],
    ['the default port of HTTP', 303, { host: `${host}:80`, origin: `http://${host}` }],
    ['the default port of HTTPS', 303, { host: `${host}:443`, origin: `https://${host}` }],
    ['TLS up to a gateway', 303, { host, origin: `https://${host}`, 'x-forwarded-proto': 'https' }],
    ['TLS, two gateways', 303, { host: `${host}:443`, origin: `https://${host}`, 'x-forwarded-proto': 'HTTPS, http' }],
    ['another letter case', 303, { host: 'Shop.Example:8080', origin: `http://${host}:8080` }],
    ['another scheme', 403, { host, origin: `http://${host}`, 'x-forwarded-proto': 'https' }],
    ['another port', 403, { host: `${host}:8080`, origin: `http://${host}` }],
    ['a longer host', 403, { host: `${host}.elsewhere.example`, origin: `http://${host}` }],
    ['a forwarded host, which any client can send', 403, { 'x-forwarded-host': host, origin: `http://${host}` }]
  ]
  test.each(requests)('from %s: %i', async (_what, status, headers) => {
    const { cookie, token } = await visitForStars(suite.productpage, 'jason')
    expect((await postStars(suite.productpage, { stars: '3', token }, { cookie, ...headers })).status).toBe(status)
  })

  test('are stored behind a gateway that changes Host, if the settings name the public origin', async () => {
    await using page = await startProductpage({
      ...addressOf('ratings', Number(new URL(suite.ratings).port)),
      PUBLIC_ORIGIN: 'https://shop.example:443, http://localhost:8080'
    })
    const statusFor = async (from: string) => {
      const { cookie, token } = await visitForStars(page.origin, 'jason')
      return (await postStars(page.origin, { stars: '3', token }, { cookie, origin: from })).status
    }
    expect(await statusFor('https://shop.example')).toBe(303)
    expect(await statusFor('http://localhost:8080')).toBe(303)
    expect(await statusFor('https://elsewhere.example')).toBe(403)
  })

  test('are stored by every replica', async () => {
    await using replica = await startProductpage(addressOf('ratings', Number(new URL(suite.ratings).port)))
    const { cookie, token } = await visitForStars(suite.productpage, 'jason')
    expect((await postStars(replica.origin, { stars: '3', token }, { cookie })).status).toBe(303)
  })
})

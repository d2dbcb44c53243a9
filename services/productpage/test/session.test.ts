import { afterAll, describe, expect, test } from 'vitest'
import { signIn, startProductpage, startWitness } from './support/index.ts'

const witness = await startWitness()
const { addresses, usersFor } = witness
const productpage = await startProductpage(addresses)
afterAll(async () => {
  await productpage[Symbol.asyncDispose]()
  await witness[Symbol.asyncDispose]()
})
const { origin } = productpage

describe('a session', () => {
  const DAY_MS = 24 * 60 * 60 * 1000

  test('lasts for a day', async () => {
    let nowMs = 1_800_000_000_000
    await using service = await startProductpage(addresses, { nowMs: () => nowMs })
    const cookie = await signIn(service.origin, 'jason')
    nowMs += DAY_MS - 1
    expect(await usersFor(service.origin, { cookie })).toEqual(['jason'])
    nowMs += 1
    expect(await usersFor(service.origin, { cookie })).toEqual([undefined])
  })

  test('is valid at every replica with the same secret, and at no other', async () => {
    const cookie = await signIn(origin, 'jason')
    await using replica = await startProductpage(addresses)
    expect(await usersFor(replica.origin, { cookie })).toEqual(['jason'])
    await using stranger = await startProductpage({ ...addresses, SESSION_SECRET: 'another secret of length' })
    expect(await usersFor(stranger.origin, { cookie })).toEqual([undefined])
  })

  test('is signed with a random secret by default, with one warning in the log', async () => {
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
    ['a session without a signature', { cookie: 'session=1800000000.abcdefghijklmnop.jason' }],
    ['an empty session', { cookie: 'session=' }],
    ['a session with broken percent-encoding', { cookie: 'session=%E0%A4%A' }],
    ['the cookie of an old Bookinfo', { cookie: 'user=jason' }],
    ['a very long session', { cookie: `session=${'a'.repeat(15_000)}` }]
  ])('is not made by %s', async (_what, headers) => {
    expect(await usersFor(origin, headers)).toEqual([undefined])
  })

  test('is invalid after a change of one letter', async () => {
    const cookie = await signIn(origin, 'jason')
    const name = cookie.replace('jason', 'mason')
    expect(name).not.toBe(cookie)
    const signature = cookie.slice(0, -2) + (cookie.endsWith('xx') ? 'yy' : 'xx')
    for (const changed of [name, signature]) expect(await usersFor(origin, { cookie: changed })).toEqual([undefined])
  })

  test('differs from the session of a second sign-in at the same time', async () => {
    await using service = await startProductpage(addresses, { nowMs: () => 1_800_000_000_000 })
    expect(await signIn(service.origin, 'jason')).not.toBe(await signIn(service.origin, 'jason'))
  })

  test.each(['session=of-the-parent-domain; ', 'session="quoted"; session=; ', 'session=%E0%A4%A; '])(
    'is found behind another cookie of its name: %s',
    async (others) => {
      expect(await usersFor(origin, { cookie: others + (await signIn(origin, 'jason')) })).toEqual(['jason'])
    }
  )

  test('is found among other cookies, and wins over an incoming end-user', async () => {
    const cookie = `a=b; ${await signIn(origin, 'jason')}; other=1`
    expect(await usersFor(origin, { cookie, 'end-user': 'mallory' })).toEqual(['jason'])
  })
})

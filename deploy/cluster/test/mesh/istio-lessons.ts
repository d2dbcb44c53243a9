import { expect } from 'vitest'
import { kubectl, runInPod } from '../support/kubectl.ts'
import { applyLesson, lessonText } from '../support/lesson.ts'
import { callWithoutSidecar } from '../support/outsider.ts'
import { expectShare, until } from '../support/poll.ts'
import { count, podIn } from '../support/reader.ts'
import { page, product, seeMirror, seeOneOf, seeOnly, seeShare, seeTimeout, TRIES, type See } from '../support/see.ts'
import { askSidecar, logOf } from '../support/sidecar.ts'
import { pageByTls } from '../support/tls.ts'
import { ENOUGH } from '../support/whole.ts'

/** Lessons of overlays/istio, and what their heads say under "See". */
export const istioLessons: Record<string, See> = {
  'routing/all-v1.yaml': (reader) => seeOnly(reader, 'no stars'),
  'routing/reviews-jason-v2-v3.yaml': async (reader) => {
    await seeOnly(reader, 'red')
    await seeOnly(await reader.signIn('jason'), 'black')
  },
  'routing/reviews-test-v2.yaml': async (reader) => {
    await seeOnly(reader, 'no stars')
    await seeOnly(await reader.signIn('jason'), 'black')
    await seeOnly(await reader.signIn('ann'), 'no stars')
  },

  'shifting/reviews-90-10.yaml': (reader) => seeShare(reader, ['no stars', 'black'], 0.1),
  'shifting/reviews-80-20.yaml': (reader) => seeShare(reader, ['no stars', 'black'], 0.2),
  'shifting/reviews-50-v3.yaml': (reader) => seeShare(reader, ['no stars', 'red'], 0.5),
  'shifting/reviews-v2-v3.yaml': (reader) => seeShare(reader, ['black', 'red'], 0.5),
  'shifting/reviews-v3.yaml': (reader) => seeOnly(reader, 'red'),

  'faults/details-abort.yaml': async (reader) => {
    await until(async () => (await reader.ask(product)).status).toBe(555)
    const shown = await reader.ask(page)
    expect(shown.status).toBe(200)
    expect(shown.body).toContain('Error fetching product details')
    expect(shown.body).not.toContain('Error fetching product reviews')
  },
  'faults/ratings-half.yaml': (reader) => seeShare(reader, ['red', 'no ratings'], 0.5),
  'faults/ratings-test-abort.yaml': async (reader) => {
    await seeOnly(await reader.signIn('jason'), 'no ratings')
    await seeOnly(reader, 'no stars')
  },
  'faults/ratings-test-delay.yaml': async (reader) => {
    const jason = await reader.signIn('jason')
    await until(() => jason.ask(`${product}/reviews`)).toMatchObject({ status: 500 })
    const { tookMs } = await jason.ask(`${product}/reviews`)
    expect(tookMs).toBeGreaterThan(5_900)
    await seeOnly(reader, 'no stars')
    await applyLesson('shifting/reviews-v3.yaml')
    await until(() => jason.stars(2)).toEqual(['no ratings', 'no ratings'])
  },
  'faults/ratings-v-delayed.yaml': async (reader) => {
    await until(async () => (await reader.ask(`${product}/reviews`)).tookMs).toBeGreaterThan(2_400)
    const answers = await Promise.all(Array.from({ length: 2 * ENOUGH }, () => reader.ask(`${product}/reviews`)))
    const slow = answers.filter(({ tookMs }) => tookMs > 2_400)
    const withoutStars = answers.filter(({ body }) => body.includes('Ratings service is currently unavailable'))
    expectShare('without stars', { found: withoutStars.length, tries: answers.length, share: 0.5 })
    expect(slow.length).toBeGreaterThanOrEqual(withoutStars.length)
  },
  'faults/ratings-v-faulty.yaml': (reader) => seeShare(reader, ['red', 'no ratings'], 0.5),
  'faults/ratings-v-unavailable.yaml': async (reader) => {
    await seeOneOf(reader, ['red', 'no ratings'])
    for (const stars of ['red', 'no ratings', 'red'] as const) await until(() => reader.stars(1)).toEqual([stars])
  },
  'faults/request-timeout.yaml': seeTimeout,

  'resilience/circuit-breaker.yaml': async (reader) => {
    const together = async () => {
      const answers = await Promise.all(Array.from({ length: 8 }, () => reader.ask(product)))
      return answers.filter(({ status }) => status === 503).length
    }
    await until(together).toBeGreaterThan(0)
    const started = new Date()
    await applyLesson('observability/access-log.yaml')
    await until(async () => {
      await together()
      return (await logOf('deployment/productpage-v1', 'istio-proxy', started)).join('\n')
    }).toMatch(/"GET \/details\/0 HTTP\/1\.1" 503 UO /)
    for (let request = 0; request < ENOUGH; request++) expect((await reader.ask(product)).status).toBe(200)
  },
  'resilience/outlier-ejection.yaml': async (reader) => {
    const ejected = async () => {
      await reader.stars(8)
      return askSidecar('deployment/reviews-v3', 'GET', 'clusters')
    }
    await until(ejected).toMatch(/outbound\|9080\|\|ratings\..*health_flags::.*failed_outlier_check/)
    expect(count(await reader.stars(ENOUGH))).toEqual({ red: ENOUGH })
  },
  'resilience/random.yaml': async (reader) => {
    const seen = await reader.stars(ENOUGH)
    expect(Object.keys(count(seen)).toSorted()).toEqual(['black', 'no stars', 'red'])
    const repeated = seen.filter((stars, at) => stars === seen[at - 1])
    expectShare('the same version twice in a row', { found: repeated.length, tries: ENOUGH - 1, share: 1 / 3 })
  },
  'resilience/retries.yaml': async (reader) => {
    await seeOneOf(reader, ['red', 'no ratings'])
    // Four tries, each of which fails in half of the cases.
    const share = 0.5 ** 4
    await until(async () => count(await reader.stars(ENOUGH)).red ?? 0).toBeGreaterThan(0.8 * ENOUGH)
    const seen = count(await reader.stars(TRIES))
    expectShare('without stars', { found: seen['no ratings'] ?? 0, tries: TRIES, share })
  },
  'resilience/sticky-reader.yaml': async (reader) => {
    for (const name of ['ann', 'ben', 'eve', 'jason']) {
      const signedIn = await reader.signIn(name)
      await until(async () => {
        const pods = new Set<string>()
        for (let request = 0; request < ENOUGH; request++) pods.add(podIn(await signedIn.ask(`${product}/reviews`)))
        return pods.size
      }).toBe(1)
    }
  },

  'mirroring/reviews-v3.yaml': seeMirror,

  'egress/registry-only.yaml': async (reader) => {
    // The node is outside of the mesh, and no ServiceEntry names it. Without the lesson it answers 400.
    const { stdout: node } = await kubectl([
      'get',
      'nodes',
      '--output=jsonpath={.items[0].status.addresses[0].address}'
    ])
    const script = `console.log(await fetch('http://${node}:10250').then(({ status }) => status, () => 'no answer'))`
    await until(() => runInPod('deployment/ratings-v1', script)).toBe('no answer')
    expect((await reader.ask(page)).body).not.toContain('currently unavailable')
  },

  'gateway/tls.yaml': async (_, certificate) => {
    await until(() => pageByTls(certificate, 'istio')).toContain('The Comedy of Errors')
  },

  'rate-limit/productpage-local.yaml': async (reader) => {
    const refused = async () => (await reader.ask(page)).headers.get('x-local-rate-limit') === 'true'
    await until(refused).toBe(true)
    await until(refused).toBe(false)
    // Tokens come one by one, not ten of them at the end of the minute.
    await until(refused).toBe(true)
  },

  'access-control/deny-all.yaml': async (reader) => {
    await until(() => reader.ask(page)).toMatchObject({ status: 403, body: 'RBAC: access denied' })
  },
  'access-control/dry-run.yaml': async (reader) => {
    const workloads = ['deployment/reviews-v1', 'deployment/reviews-v2', 'deployment/reviews-v3']
    const setLevel = (level: string) =>
      Promise.all(workloads.map((workload) => askSidecar(workload, 'POST', `logging?rbac=${level}`)))
    const started = new Date()
    await setLevel('debug')
    try {
      await until(async () => {
        expect(await reader.stars(3)).not.toContain('no reviews')
        const logs = await Promise.all(workloads.map((workload) => logOf(workload, 'istio-proxy', started)))
        return logs.flat().join('\n')
      }).toContain('shadow denied')
    } finally {
      await setLevel('warning')
    }
  },
  'access-control/gateway-addresses.yaml': async (reader) => {
    expect((await reader.ask(page)).status).toBe(200)
    await applyLesson('access-control/gateway-addresses.yaml', { '192.0.2.0/24': '127.0.0.0/8' })
    await until(() => reader.ask(page)).toMatchObject({ status: 403, body: 'RBAC: access denied' })
  },
  'access-control/jason-only.yaml': async (reader) => {
    await seeOnly(reader, 'no reviews')
    expect((await reader.ask(page)).body).toContain('Error fetching product reviews')
    expect(await (await reader.signIn('jason')).stars(ENOUGH)).not.toContain('no reviews')
  },
  'access-control/permissive.yaml': async () => {
    await until(() => callWithoutSidecar('http://details.bookinfo:9080/details/0')).toBe('403 RBAC: access denied')
  },
  'access-control/ratings-closed.yaml': async (reader) => {
    await seeOnly(reader, 'no ratings')
    expect((await reader.ask(`${product}/ratings`)).status).toBe(200)
  },

  'observability/access-log.yaml': async (reader) => {
    const started = new Date()
    await until(async () => {
      await reader.stars(3)
      const logs = ['reviews-v1', 'reviews-v2', 'reviews-v3'].map((name) =>
        logOf(`deployment/${name}`, 'istio-proxy', started)
      )
      return (await Promise.all(logs)).flat().join('\n')
    }).toMatch(/"GET \/reviews\/0 HTTP\/1\.1" 200 .*"[0-9a-f]{8}-[0-9a-f-]{27}"/)
  },

  'virtual-machine/jwt.yaml': async (reader) => {
    const token = lessonText('virtual-machine/jwt.token').trim()
    const status = async (text: string) => (await reader.ask(product, { authorization: `Bearer ${text}` })).status
    const refused = { status: 403, body: expect.stringContaining('Sorry, product details are currently unavailable') }
    // The sidecars of a container and of a machine get the policy one after the other.
    const answers = async () => {
      const all = []
      for (let request = 0; request < ENOUGH; request++) all.push(await reader.ask(product))
      return all
    }
    await until(answers).toEqual(Array(ENOUGH).fill(expect.objectContaining(refused)))
    await until(() => status(token)).toBe(200)
    const changed = `${token.slice(0, -9)}${token.at(-9) === 'A' ? 'B' : 'A'}${token.slice(-8)}`
    expect(await status(changed)).toBe(401)
  }
}

import { Type } from 'typebox'
import { describe, expect, test } from 'vitest'
import { ConfigError, domainSetting, hostnameSetting, loadConfig, portSetting, upstreamOrigins } from '../src/index.ts'

const Settings = Type.Object({
  REVIEWS_HOSTNAME: hostnameSetting('reviews'),
  REVIEWS_SERVICE_PORT: portSetting('reviews'),
  SERVICES_DOMAIN: domainSetting
})

function originsFor(env: NodeJS.ProcessEnv): string[] {
  const {
    REVIEWS_HOSTNAME: hostnames,
    REVIEWS_SERVICE_PORT: port,
    SERVICES_DOMAIN: domain
  } = loadConfig(Settings, env, [])
  return upstreamOrigins({ hostnames, port, domain })
}

const good: [env: NodeJS.ProcessEnv, origins: string[]][] = [
  [{}, ['http://reviews:9080']],
  [{ REVIEWS_HOSTNAME: '10.0.0.1', REVIEWS_SERVICE_PORT: '80' }, ['http://10.0.0.1:80']],
  [{ SERVICES_DOMAIN: 'test.svc' }, ['http://reviews.test.svc:9080']],
  [{ REVIEWS_HOSTNAME: 'a,b', SERVICES_DOMAIN: 'x' }, ['http://a.x:9080', 'http://b.x:9080']],
  [
    { REVIEWS_HOSTNAME: 'localhost:9083,localhost:9084,localhost' },
    ['http://localhost:9083', 'http://localhost:9084', 'http://localhost:9080']
  ],
  [{ REVIEWS_HOSTNAME: 'a:65535,b:1' }, ['http://a:65535', 'http://b:1']],
  [{ REVIEWS_HOSTNAME: '[::1]' }, ['http://[::1]:9080']],
  [{ REVIEWS_HOSTNAME: '[fd00::1]:81,b:82' }, ['http://[fd00::1]:81', 'http://b:82']],
  // What Kubernetes sets by itself for a Service of that name is a number, unlike REVIEWS_PORT.
  [{ REVIEWS_PORT: 'tcp://10.0.0.1:9080', REVIEWS_SERVICE_PORT: '9081' }, ['http://reviews:9081']]
]

const bad: NodeJS.ProcessEnv[] = [
  { REVIEWS_HOSTNAME: 'http://reviews' },
  { REVIEWS_HOSTNAME: 'reviews/x' },
  { REVIEWS_HOSTNAME: 'user@reviews' },
  { REVIEWS_HOSTNAME: 'a,,b' },
  { REVIEWS_HOSTNAME: 'a,' },
  { REVIEWS_HOSTNAME: 'a b' },
  { REVIEWS_HOSTNAME: '::1' },
  { REVIEWS_HOSTNAME: 'a:port' },
  { REVIEWS_HOSTNAME: 'a:99999' },
  { REVIEWS_HOSTNAME: 'a:65536' },
  { REVIEWS_HOSTNAME: 'a:0' },
  { REVIEWS_HOSTNAME: '10.0.0.300' },
  { REVIEWS_HOSTNAME: 'a,10.0.0.300:81' },
  { REVIEWS_HOSTNAME: '[1:2]' },
  { REVIEWS_SERVICE_PORT: '0' },
  { REVIEWS_SERVICE_PORT: '65536' },
  { SERVICES_DOMAIN: 'a/b' },
  { SERVICES_DOMAIN: 'a:80' },
  { SERVICES_DOMAIN: 'svc.300' }
]

describe('addresses of upstreams', () => {
  test.each(good)('%j means %j', (env, origins) => {
    expect(originsFor(env)).toEqual(origins)
  })

  test.each(bad.map((env) => [env]))('%j is refused', (env) => {
    expect(() => originsFor(env)).toThrow(/must be .*, got ".*"/)
  })

  test('a domain cannot be appended to an address', () => {
    expect(() => originsFor({ REVIEWS_HOSTNAME: 'a,[::1]:81', SERVICES_DOMAIN: 'svc' })).toThrow(
      new ConfigError(
        'SERVICES_DOMAIN must be a domain that can follow every host, got "svc": "[::1].svc" is not a host name'
      )
    )
  })
})

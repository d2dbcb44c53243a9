import { Type } from 'typebox'
import { ConfigError } from '../process/config.ts'

/** The address of a called service, as Bookinfo's settings give it. */
export interface UpstreamAddress {
  /** One host, or several with commas between them, each with a port of its own if it differs. */
  hostnames: string
  port: number
  /** Appended to every host with a dot, if not empty. */
  domain: string
}

const hostForm = String.raw`(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)`
/** 1 to 65535. */
const portForm = '([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])'
/** A host with or without a port, as the pattern of a setting. */
export const addressForm = `${hostForm}(:${portForm})?`

/**
 * The two settings of one upstream, `<NAME>_HOSTNAME` and `<NAME>_SERVICE_PORT`. `<NAME>_PORT` is not used, as Kubernetes sets it to a URL.
 */
export function hostnameSetting(name: string) {
  const hosts = Type.String({
    default: name,
    pattern: `^${addressForm}(,${addressForm})*$`,
    allowed: 'a host name or address, or several with commas between, each with :port if it differs; IPv6 in brackets',
    description: `Host of ${name}. Several, with commas between them, are asked in turn.`
  })
  return Type.Refine(hosts, (text) => text.split(',').every(isHostOfUrl))
}

export function portSetting(name: string) {
  return Type.Integer({ default: 9080, minimum: 1, maximum: 65535, description: `Port of ${name}.` })
}

export const domainSetting = Type.Refine(
  Type.String({
    default: '',
    pattern: '^[A-Za-z0-9._-]{0,253}$',
    allowed: 'a domain name',
    description: 'Domain that is appended to the host of every upstream.'
  }),
  (text) => isHostOfUrl(`host.${text}`)
)

/** Some texts look like hosts and are not, such as `10.0.0.300` and `[1:2]`: every call would fail. */
function isHostOfUrl(host: string): boolean {
  return URL.canParse(`http://${host}`)
}

/**
 * The origins (`http://host:port`) of an address, at least one.
 *
 * @throws ConfigError if the domain cannot be appended
 */
export function upstreamOrigins({ hostnames, port, domain }: UpstreamAddress): string[] {
  return hostnames.split(',').map((entry) => {
    const [, host = entry, ownPort = String(port)] = /^(\[.+\]|[^:]+)(?::([0-9]+))?$/.exec(entry) ?? []
    const whole = domain === '' ? host : `${host}.${domain}`
    if (!isHostOfUrl(whole))
      throw new ConfigError(
        `SERVICES_DOMAIN must be a domain that can follow every host, got "${domain}": "${whole}" is not a host name`
      )
    return `http://${whole}:${ownPort}`
  })
}

/** Where a call goes. */
export interface UpstreamServer {
  origin: string
  address: string
  port: number
}

/** Takes an origin apart for the span of a call. */
export function describeServer(origin: string): UpstreamServer {
  // An invalid address is called too, so that the failure is measured.
  const { protocol = '', hostname = origin, port = '' } = URL.parse(origin) ?? {}
  const address = hostname.replace(/^\[(.*)\]$/, '$1')
  return { origin, address, port: Number(port || (protocol === 'https:' ? 443 : 80)) }
}

/** A setting, as the same process may run where a Service chooses per connection, or where a mesh chooses per request. */
export const connectionsSetting = Type.Enum(['renewed', 'per-request', 'keep-alive'], {
  default: 'renewed',
  description:
    'Connections to upstreams. `per-request` opens one for every call, so that a plain Kubernetes Service chooses a pod each ' +
    'time. `renewed` does so up to 32 calls a second, and uses a connection for a second or 128 calls beyond that. `keep-alive` ' +
    'uses them for as long as it can, and leaves the choice to a mesh.'
})

import { telemetrySettings } from '@bookinfo/tracing'
import { isIP } from 'node:net'
import { Type, type Static } from 'typebox'

/** The settings of `createServer`. */
const serverSettings = {
  KEEP_ALIVE_TIMEOUT_MS: Type.Integer({
    // A proxy that sends a request while this side closes the connection answers 503. Envoy, so Istio too, keeps idle
    // connections for 60 minutes, Google's load balancer for 10.
    default: 65 * 60_000,
    minimum: 1_000,
    maximum: 24 * 60 * 60_000,
    description: 'Milliseconds that an idle connection is kept: longer than the proxies in front keep it.'
  }),
  MAX_HEADER_KIB: Type.Integer({
    default: 60,
    minimum: 8,
    maximum: 1024,
    description: 'KiB of a request line with its headers, as in Envoy. Called services take more, for added headers.'
  }),
  MAX_REQUESTS_IN_FLIGHT: Type.Integer({
    default: 250,
    minimum: 1,
    maximum: 1_000_000,
    description:
      'Requests that are served at once; others wait for up to 1 s, and then get 503 with `Retry-After`. Probes never wait.'
  })
}

export const ServerSettings = Type.Object(serverSettings)
export type ServerSettings = Static<typeof ServerSettings>

/** The settings that every service has; each service adds its own to them. */
export const commonSettings = {
  PORT: Type.Integer({
    default: 9080,
    minimum: 0,
    maximum: 65535,
    description: 'Port to listen on; the first argument wins over it. 0 takes a free one.'
  }),
  HOST: Type.Refine(
    Type.String({
      default: '::',
      allowed: 'an IP address or localhost',
      // Shells of conda, tcsh and openSUSE set HOST to the machine's name, or to its architecture.
      ignored: '^[^:[]*[A-Za-z][^:[]*$',
      description: 'IP address to listen on, or `localhost`; `::` means every address, IPv4 and IPv6.'
    }),
    (text) => isIP(text) !== 0 || text === 'localhost'
  ),
  SERVICE_VERSION: Type.String({
    default: 'v1',
    pattern: '^[A-Za-z0-9._-]{1,63}$',
    description: 'Version that the service says it is, in logs and in the `x-service-version` header.'
  }),
  HOSTNAME: Type.String({ default: '', maxLength: 253, description: 'Pod name, set by Kubernetes.' }),
  LOG_LEVEL: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
    default: 'info',
    description: 'Least level that is logged. Probes and scrapes are logged at debug.'
  }),
  ...serverSettings,
  SHUTDOWN_DELAY_MS: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 600_000,
    description: 'Milliseconds between "not ready" and the end of listening, so that load balancers can catch up.'
  }),
  SHUTDOWN_BUDGET_MS: Type.Integer({
    default: 10_000,
    minimum: 0,
    maximum: 600_000,
    description: 'Milliseconds that requests in flight are given to finish.'
  }),
  ...telemetrySettings
}

export const CommonConfig = Type.Object(commonSettings)
export type CommonConfig = Static<typeof CommonConfig>

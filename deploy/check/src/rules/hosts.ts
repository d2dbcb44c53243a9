import { ConfigError, loadConfig } from '@bookinfo/service-kit'
import { title } from '../manifest.ts'
import { containers, type World } from '../world.ts'
import { ofSuite, serviceOf } from './pods.ts'
import { isKnownHost, portsOf } from './routing.ts'
import { defineRule, type Rule } from './rule.ts'
import { environment, schemas } from './settings.ts'

/** Settings with the host and port of another service, for settings beside them with the values in `only`. */
const addresses = [
  { service: 'productpage', host: 'DETAILS_HOSTNAME', port: 'DETAILS_SERVICE_PORT' },
  { service: 'productpage', host: 'REVIEWS_HOSTNAME', port: 'REVIEWS_SERVICE_PORT' },
  { service: 'productpage', host: 'RATINGS_HOSTNAME', port: 'RATINGS_SERVICE_PORT' },
  { service: 'reviews', host: 'RATINGS_HOSTNAME', port: 'RATINGS_SERVICE_PORT' },
  {
    service: 'ratings',
    host: 'MYSQL_DB_HOST',
    port: 'MYSQL_DB_PORT',
    only: { SERVICE_VERSION: 'v2', DB_TYPE: 'mysql' }
  },
  {
    service: 'ratings',
    host: 'POSTGRES_DB_HOST',
    port: 'POSTGRES_DB_PORT',
    only: { SERVICE_VERSION: 'v2', DB_TYPE: 'postgres' }
  }
]

export const hostRules: readonly Rule[] = [
  defineRule('setting-host', 'a service calls a host that does not exist', (world) =>
    ofSuite(world).flatMap((workload) =>
      containers(workload).flatMap((container) => {
        const service = serviceOf(container) ?? ''
        const settings = settingsOf(service, environment(world, container))
        return addressesIn(service, settings)
          .filter(({ host, port }) => !isThere(world, host, port))
          .map(
            ({ name, host, port }) =>
              `${title(workload.manifest)}: ${name} leads to ${host}:${port}, which does not exist`
          )
      })
    )
  )
]

/** The settings as the service reads them; empty if it refuses them, which another rule reports. */
function settingsOf(service: string, env: Record<string, string>): Record<string, unknown> {
  const schema = schemas[service]
  if (!schema) return {}
  try {
    return loadConfig(schema, env, [])
  } catch (error) {
    if (error instanceof ConfigError) return {}
    throw error
  }
}

interface Address {
  /** Of the setting. */
  name: string
  host: string
  port: number
}

function addressesIn(service: string, settings: Record<string, unknown>): Address[] {
  const named = addresses
    .filter((each) => each.service === service && settings[each.host] !== undefined)
    .filter(({ only = {} }) => Object.entries(only).every(([name, value]) => settings[name] === value))
    .flatMap(({ host: name, port }) =>
      // A list with commas. Each host may have its own port.
      String(settings[name])
        .split(',')
        .map((each) => new URL(`tcp://${each}`))
        .map((url) => ({ name, host: url.hostname, port: Number(url.port || settings[port]) }))
    )
  const collector = settings['OTEL_EXPORTER_OTLP_ENDPOINT']
  if (typeof collector !== 'string' || collector === '') return named
  const { hostname: host, port } = new URL(collector)
  return [...named, { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', host, port: Number(port) }]
}

function isThere(world: World, host: string, port: number): boolean {
  return isKnownHost(world, host) && portsOf(world, host).includes(port)
}

import { envSchema } from 'env-schema'
import { Type, type Static, type TObject, type TSchema } from 'typebox'

/** The settings that every service has; each service adds its own to them. */
export const commonSettings = {
  PORT: Type.Integer({
    default: 9080,
    minimum: 0,
    maximum: 65535,
    description: 'Port to listen on; the first argument wins over it. 0 takes a free one.'
  }),
  HOST: Type.String({
    default: '::',
    pattern: '^[A-Za-z0-9.:_-]{1,253}$',
    description: 'Address to listen on; `::` means every address, IPv4 and IPv6.'
  }),
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
  })
}

export const CommonConfig = Type.Object(commonSettings)
export type CommonConfig = Static<typeof CommonConfig>

/** A setting that is wrong; its message is one line for the person who set it. */
export class ConfigError extends Error {}

/**
 * Reads and checks a service's settings. Empty variables count as unset, `TRUE` and `True` as `true`.
 *
 * @param argv the process's arguments after the script: at most a port
 * @throws ConfigError naming the variable, its value (hidden if the schema says `secret`) and what is allowed
 */
export function loadConfig<T extends TObject>(schema: T, env: NodeJS.ProcessEnv, argv: readonly string[]): Static<T> {
  const [port, ...rest] = argv
  if (rest[0] !== undefined) throw new ConfigError(`unexpected argument "${rest[0]}"; usage: node main.js [port]`)
  const data: Record<string, string> = {}
  for (const [name, setting] of Object.entries<TSchema>(schema.properties)) {
    const value = name === 'PORT' && port !== undefined ? port : env[name]
    if (value !== undefined && value !== '') data[name] = isBoolean(setting) ? value.toLowerCase() : value
  }
  const checkable = structuredClone(schema)
  try {
    return envSchema<Static<T>>({ schema: checkable, data, env: false, ajv: { customOptions: knowOurKeywords } })
  } catch (error) {
    throw new ConfigError(explain(schema, data, error), { cause: error })
  }
}

function knowOurKeywords<A extends { addVocabulary(words: string[]): unknown }>(ajv: A): A {
  ajv.addVocabulary(['secret', 'allowed'])
  return ajv
}

function explain(schema: TObject, data: Record<string, string>, error: unknown): string {
  const name = firstWrongName(error)
  const setting: TSchema | undefined = name === undefined ? undefined : schema.properties[name]
  if (name === undefined || setting === undefined) return String(error)
  if (data[name] === undefined) return `${name} is not set: ${allowed(setting)}`
  const value = 'secret' in setting ? 'its value (not shown)' : `"${data[name]}"`
  return `${name} cannot be ${value}: ${allowed(setting)}`
}

function firstWrongName(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('errors' in error) || !Array.isArray(error.errors)) return undefined
  const [first]: { instancePath?: string; params?: { missingProperty?: string } }[] = error.errors
  return first?.instancePath?.split('/')[1] ?? first?.params?.missingProperty
}

/** Says in words which values a setting takes. */
export function allowed(setting: TSchema): string {
  const { enum: choices, minimum, maximum, allowed: words } = facts(setting)
  if (words !== undefined) return `allowed is ${words}`
  if (choices !== undefined) return `allowed are ${choices.join(', ')}`
  if (isBoolean(setting)) return 'allowed are true and false'
  if (minimum !== undefined && maximum !== undefined) return `allowed is a whole number from ${minimum} to ${maximum}`
  const { pattern, minLength, maxLength } = facts(setting)
  if (pattern !== undefined) return `allowed is text of the form ${pattern}`
  return `allowed is text of ${minLength ?? 0} to ${maxLength ?? 'any number of'} characters`
}

/** The parts of a JSON schema that the messages speak of; `allowed` is our own keyword for a pattern in words. */
interface SettingFacts {
  enum?: readonly string[]
  minimum?: number
  maximum?: number
  pattern?: string
  minLength?: number
  maxLength?: number
  allowed?: string
}

function facts(setting: TSchema): SettingFacts {
  return setting
}

function isBoolean(setting: TSchema): boolean {
  return 'type' in setting && setting.type === 'boolean'
}

import { hostSetting, telemetrySettings } from '@bookinfo/tracing'
import { readFileSync } from 'node:fs'
import { Type, type Static, type TObject, type TSchema } from 'typebox'
import { Check } from 'typebox/value'

/** The settings that every service has; each service adds its own to them. */
export const commonSettings = {
  PORT: Type.Integer({
    default: 9080,
    minimum: 0,
    maximum: 65535,
    description: 'Port to listen on; the first argument wins over it. 0 takes a free one.'
  }),
  HOST: hostSetting({
    default: '::',
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
  }),
  ...telemetrySettings
}

export const CommonConfig = Type.Object(commonSettings)
export type CommonConfig = Static<typeof CommonConfig>

/** A setting that is wrong; its message is one line for the person who set it. */
export class ConfigError extends Error {}

/**
 * Reads and checks a service's settings. Empty variables count as unset, `TRUE` and `True` as `true`. What a schema calls
 * `secret` may come in a file that `<NAME>_FILE` names, as clusters mount it, so that it stands in no environment.
 *
 * @param argv the process's arguments after the script: at most a port
 * @throws ConfigError naming the variable, its value (hidden if the schema says `secret`) and what is allowed
 */
export function loadConfig<T extends TObject>(schema: T, env: NodeJS.ProcessEnv, argv: readonly string[]): Static<T> {
  const [port, ...rest] = argv
  if (rest[0] !== undefined) throw new ConfigError(`unexpected argument "${rest[0]}"; usage: node main.js [port]`)
  const texts: NodeJS.ProcessEnv = { ...env, ...readSecrets(schema, env), ...(port !== undefined && { PORT: port }) }
  const config: Record<string, unknown> = {}
  for (const [name, setting] of settingsOf(schema)) {
    const value = texts[name] ? parse(setting, texts[name]) : facts(setting).default
    if (value !== undefined) config[name] = value
  }
  // TypeBox's own check: Ajv takes a third of the time to start for compiling a schema that is checked once.
  if (Check(schema, config)) return config
  throw new ConfigError(explain(schema, texts, config))
}

function settingsOf(schema: TObject): [name: string, setting: TSchema][] {
  return Object.entries<TSchema>(schema.properties)
}

function readSecrets(schema: TObject, env: NodeJS.ProcessEnv): Record<string, string> {
  const secrets: Record<string, string> = {}
  for (const [name, setting] of settingsOf(schema)) {
    const file = env[`${name}_FILE`]
    if (!('secret' in setting) || !file) continue
    if (env[name]) throw new ConfigError(`${name} and ${name}_FILE are both set: one of them is enough`)
    secrets[name] = readSecret(`${name}_FILE`, file)
  }
  return secrets
}

function readSecret(name: string, file: string): string {
  try {
    // Editors and `echo` end a file with a line break, which is no part of any secret.
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : error
    throw new ConfigError(`${name} names a file that cannot be read: "${file}" (${String(code)})`, { cause: error })
  }
}

/** @returns the text itself where it is not of the setting's type, so that the check refuses it */
function parse(setting: TSchema, text: string): unknown {
  if (isBoolean(setting)) return { true: true, false: false }[text.toLowerCase()] ?? text
  if (facts(setting).type === 'integer') return /^-?[0-9]+$/.test(text) ? Number(text) : text
  return text
}

function explain(schema: TObject, texts: NodeJS.ProcessEnv, config: Record<string, unknown>): string {
  for (const [name, setting] of settingsOf(schema)) {
    if (name in config ? Check(setting, config[name]) : !schema.required?.includes(name)) continue
    if (!texts[name]) return `${name} is not set: ${allowed(setting)}`
    const value = 'secret' in setting ? 'its value (not shown)' : `"${texts[name]}"`
    return `${name} cannot be ${value}: ${allowed(setting)}`
  }
  return 'the settings do not fit together'
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
  type?: string
  default?: unknown
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
  return facts(setting).type === 'boolean'
}

import { readFileSync } from 'node:fs'
import type { Static, TObject, TSchema } from 'typebox'
import { Check } from 'typebox/value'

/** An invalid setting. The message is one line for the operator. */
export class ConfigError extends Error {}

/**
 * Reads and checks a service's settings. Empty variables count as unset, `TRUE` and `True` as `true`. A setting that the
 * schema calls `secret` may also come from a file named by `<NAME>_FILE`, as clusters mount it. One that it calls `anyCase`
 * may have its name in lower case, which wins.
 *
 * @param argv the process's arguments after the script: at most a port
 * @param warn called for each ignored value of a variable that other programs set too
 * @throws ConfigError naming the variable, what it must be, and its value unless it is secret
 */
export function loadConfig<T extends TObject>(
  schema: T,
  env: NodeJS.ProcessEnv,
  argv: readonly string[],
  warn: (message: string) => void = () => undefined
): Static<T> {
  const [port, ...rest] = argv
  if (rest[0] !== undefined) throw new ConfigError(`unexpected argument "${rest[0]}"; usage: node main.js [port]`)
  const config: Record<string, unknown> = {}
  for (const [name, setting] of Object.entries<TSchema>(schema.properties)) {
    const text = name === 'PORT' && port !== undefined ? port : readText(name, setting, env)
    const value = text ? readValue(name, setting, text, warn) : facts(setting).default
    if (value !== undefined) config[name] = value
    else if (schema.required?.includes(name))
      throw new ConfigError(`${name} is not set: it must be ${allowed(setting)}`)
  }
  // TypeBox checks without compiling: Ajv would take a third of the time to start for a schema that is checked once.
  if (Check(schema, config)) return config
  throw new ConfigError('the settings do not fit together')
}

function readText(name: string, setting: TSchema, env: NodeJS.ProcessEnv): string | undefined {
  const file = env[`${name}_FILE`]
  if ('secret' in setting && file) {
    if (env[name]) throw new ConfigError(`${name} and ${name}_FILE are both set: one of them is enough`)
    return readSecret(`${name}_FILE`, file)
  }
  const text = 'anyCase' in setting ? env[name.toLowerCase()] || env[name] : env[name]
  return isServiceLink(name, text) ? undefined : text
}

/**
 * Whether Kubernetes has set the variable: for a Service `mysql-db` it sets `MYSQL_DB_PORT=tcp://10.0.0.1:3306` in every pod.
 * https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
 */
function isServiceLink(name: string, text = ''): boolean {
  return /(^|_)PORT$/.test(name) && /^(tcp|udp|sctp):\/\//i.test(text)
}

function readSecret(name: string, file: string): string {
  try {
    // Editors and `echo` end a file with a line break, which is not part of the secret.
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : error
    throw new ConfigError(`${name} must name a file that can be read, got "${file}" (${String(code)})`, {
      cause: error
    })
  }
}

function readValue(name: string, setting: TSchema, text: string, warn: (message: string) => void): unknown {
  const { ignored, default: standard, listOf } = facts(setting)
  const items = listOf && splitList(text.toLowerCase())
  const known = items?.filter((item) => listOf?.includes(item))
  const value = known ? known.join(',') || standard : parse(setting, text)
  if (Check(setting, value) && known?.length === items?.length) return value
  const got = 'secret' in setting ? 'a value that is not shown' : `"${text}"`
  const problem = `${name} must be ${allowed(setting)}, got ${got}`
  if (ignored === undefined || !new RegExp(ignored).test(text)) throw new ConfigError(problem)
  const used = known ? value : standard
  warn(`${problem}; ${used === '' ? 'it is ignored' : `"${String(used)}" is used instead`}`)
  return used
}

function splitList(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

/** @returns the text itself if it is not of the setting's type, so that the check refuses it */
function parse(setting: TSchema, given: string): unknown {
  const { type, lowerCase } = facts(setting)
  const text = lowerCase ? given.trim().toLowerCase() : given
  if (type === 'boolean') return { true: true, false: false }[text.toLowerCase()] ?? text
  if (type === 'integer') return /^-?[0-9]+$/.test(text) ? Number(text) : text
  return text
}

/** Says in words which values a setting takes, to follow "must be". */
function allowed(setting: TSchema): string {
  const { type, allowed: words, enum: choices, minimum, maximum, pattern, minLength, maxLength } = facts(setting)
  if (words !== undefined) return words
  if (choices !== undefined) return `one of ${choices.join(', ')}`
  if (type === 'boolean') return 'true or false'
  if (minimum !== undefined && maximum !== undefined) return `an integer from ${minimum} to ${maximum}`
  if (pattern !== undefined) return `text that matches ${pattern}`
  return `text of ${minLength ?? 0} to ${maxLength ?? 'any number of'} characters`
}

/** The parts of a JSON schema that are read here; the last four are keywords of our own. */
interface SettingFacts {
  type?: string
  default?: unknown
  enum?: readonly string[]
  minimum?: number
  maximum?: number
  pattern?: string
  minLength?: number
  maxLength?: number
  /** The allowed values in words, in place of a pattern. */
  allowed?: string
  /** A pattern. Values that are not allowed and match it are ignored with a warning, as other programs set them. */
  ignored?: string
  /** The items of a list with commas between them, in any letter case. Unknown ones are left out with a warning. */
  listOf?: readonly string[]
  /** The value is read in lower case and without spaces around it. */
  lowerCase?: boolean
}

function facts(setting: TSchema): SettingFacts {
  return setting
}

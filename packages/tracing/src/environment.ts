import { diag, DiagLogLevel } from '@opentelemetry/api'
import { telemetrySettings, withScheme, type TelemetryConfig } from './settings.ts'

type Warn = (message: string) => void

/**
 * The SDK reads the environment itself. So it gets the values that were checked, without those that are ignored, and what it
 * would pass over without a word is told here.
 */
export function prepareEnvironment(env: NodeJS.ProcessEnv, config: TelemetryConfig, warn: Warn): void {
  for (const [name, value] of Object.entries(config)) {
    if (name in telemetrySettings) env[name] = String(value)
  }
  const protocol = config.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL || config.OTEL_EXPORTER_OTLP_PROTOCOL
  for (const name of ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] as const) {
    const address = config[name]
    if (protocol === 'grpc' || address === '' || withScheme(address) === address) continue
    env[name] = withScheme(address)
    warn(
      `${name} must be an http:// or https:// address for ${protocol}, got "${address}"; "${env[name]}" is used instead`
    )
  }
  for (const name of ['OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_TRACES_HEADERS']) {
    const members = split(env[name])
    const valid = members.filter(isHeader)
    if (valid.length === members.length) continue
    env[name] = valid.join(',')
    warn(
      `${name} must be name=value pairs with commas between, got ${members.length - valid.length} that are not` +
        ' (values are not shown); they are ignored'
    )
  }
  const attributes = env['OTEL_RESOURCE_ATTRIBUTES']
  if (split(attributes).every(isAttribute)) return
  // The specification discards all of it for one error.
  delete env['OTEL_RESOURCE_ATTRIBUTES']
  warn(`OTEL_RESOURCE_ATTRIBUTES must be key=value pairs with commas between, got "${attributes}"; it is ignored`)
}

function split(text = ''): string[] {
  return text.split(',').filter((member) => member.trim() !== '')
}

/** RFC 9110, section 5: the name is a token, the value has no control characters. */
function isHeader(member: string): boolean {
  const [name, value] = decode(member) ?? ['', '']
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) && /^[\t\x20-\x7e\x80-\xff]+$/.test(value)
}

/** Longest key and value that the SDK takes. */
const ATTRIBUTE_LENGTH = 255

function isAttribute(member: string): boolean {
  const [key = '', value = ''] = decode(member) ?? []
  return key !== '' && Math.max(key.length, value.length) <= ATTRIBUTE_LENGTH && member.split('=').length === 2
}

function decode(member: string): [key: string, value: string] | undefined {
  const equals = member.indexOf('=')
  if (equals === -1) return undefined
  try {
    return [decodeURIComponent(member.slice(0, equals).trim()), decodeURIComponent(member.slice(equals + 1).trim())]
  } catch {
    return undefined
  }
}

/** Runs what reads the environment, and passes on what the SDK says about it. */
export async function withWarnings<T>(warn: Warn, assemble: () => Promise<T>): Promise<T> {
  const ignore = (): void => undefined
  const tell = (message: string): void => warn(`OpenTelemetry: ${message}`)
  diag.setLogger({ error: tell, warn: tell, info: ignore, debug: ignore, verbose: ignore }, DiagLogLevel.WARN)
  try {
    return await assemble()
  } finally {
    diag.disable()
  }
}

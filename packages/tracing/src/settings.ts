import { isIP } from 'node:net'
import { Type, type Static } from 'typebox'

/**
 * What the OpenTelemetry specification asks for: a value that is not known is ignored with a warning, letter case does not count.
 * Operators set these variables for all pods of a cluster, so they must not stop a service.
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
const standard = { ignored: '', lowerCase: true } as const

/** A text of known items with commas between. Unknown items are left out with a warning. */
function list(items: readonly string[], fallback: string, description: string) {
  return Type.String({
    ...standard,
    default: fallback,
    listOf: items,
    allowed: `one or more of ${items.join(', ')}, with commas between`,
    description
  })
}

/** The settings of trace mode, by their standard names. The SDK and its exporters read other `OTEL_*` variables themselves. */
export const telemetrySettings = {
  OTEL_TRACES_EXPORTER: list(
    ['otlp', 'jaeger', 'console', 'none'],
    '',
    'Where spans go. This or an OTLP endpoint turns trace mode on; without, headers are only forwarded.'
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: collectorAddress('OTLP collector, for example `http://localhost:4318`.'),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: collectorAddress('The same for traces alone, with the whole path.'),
  OTEL_EXPORTER_OTLP_PROTOCOL: Type.Enum(['http/protobuf', 'http/json', 'grpc'], {
    ...standard,
    default: 'http/protobuf',
    description: 'How spans are written for OTLP.'
  }),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: Type.Enum(['', 'http/protobuf', 'http/json', 'grpc'], {
    ...standard,
    default: '',
    allowed: 'one of http/protobuf, http/json and grpc',
    description: 'The same for traces alone.'
  }),
  OTEL_EXPORTER_JAEGER_ENDPOINT: address(
    "Jaeger collector for the legacy exporter, for example `http://localhost:14268/api/traces`; Jaeger's agent if unset."
  ),
  OTEL_EXPORTER_JAEGER_AGENT_HOST: hostSetting({
    default: 'localhost',
    description: 'Host of the legacy Jaeger agent (UDP).'
  }),
  OTEL_EXPORTER_JAEGER_AGENT_PORT: Type.Integer({
    ...standard,
    default: 6832,
    minimum: 1,
    maximum: 65535,
    description: 'Port of the legacy Jaeger agent: binary Thrift.'
  }),
  OTEL_EXPORTER_JAEGER_TIMEOUT: Type.Integer({
    ...standard,
    default: 10_000,
    minimum: 1,
    maximum: 600_000,
    description: 'Milliseconds that the legacy exporter waits for a collector to answer.'
  }),
  OTEL_PROPAGATORS: list(
    ['tracecontext', 'baggage', 'b3', 'b3multi', 'jaeger', 'xray', 'ottrace', 'none'],
    'tracecontext,baggage',
    'Trace headers that calls get, and that are read first. Other known ones are read too, and written anew where they came in.'
  ),
  OTEL_TRACES_SAMPLER: Type.Enum(
    [
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio'
    ],
    { ...standard, default: 'parentbased_always_on', description: 'Which traces are recorded.' }
  ),
  OTEL_TRACES_SAMPLER_ARG: Type.Refine(
    Type.String({
      ...standard,
      default: '',
      allowed: 'a number from 0 to 1',
      description: 'Share of the traces, for the `traceidratio` samplers.'
    }),
    (text) => Number(text) >= 0 && Number(text) <= 1
  ),
  OTEL_BSP_SCHEDULE_DELAY: Type.Integer({
    ...standard,
    default: 5000,
    minimum: 1,
    maximum: 600_000,
    description: 'Milliseconds that spans are gathered before they are sent.'
  }),
  OTEL_BSP_MAX_QUEUE_SIZE: Type.Integer({
    ...standard,
    default: 2048,
    minimum: 1,
    maximum: 1_000_000,
    description: 'Spans that may wait to be sent; further ones are dropped and counted.'
  }),
  OTEL_BSP_EXPORT_TIMEOUT: Type.Integer({
    ...standard,
    default: 30_000,
    minimum: 1,
    maximum: 600_000,
    description: 'Milliseconds after which spans that are being sent count as lost.'
  }),
  OTEL_SDK_DISABLED: Type.Boolean({
    ...standard,
    default: false,
    description: 'Turns trace mode off, whatever else is set.'
  })
}

const TelemetryConfig = Type.Object(telemetrySettings)
export type TelemetryConfig = Static<typeof TelemetryConfig>

function address(description: string) {
  const text = Type.String({
    ignored: '',
    default: '',
    pattern: '^(https?://[^\\s]+)?$',
    allowed: 'an http:// or https:// address',
    description
  })
  return Type.Refine(text, isAddressOrUnset)
}

/** For gRPC an address may be a host and port alone. */
function collectorAddress(description: string) {
  const text = Type.String({
    ignored: '',
    default: '',
    allowed: 'an http:// or https:// address, or host:port',
    description
  })
  return Type.Refine(text, (value) => value === '' || URL.canParse(withScheme(value)))
}

/** @returns the address with `http://` if it is a host and port alone; not an address if its scheme is another */
export function withScheme(text: string): string {
  if (/^https?:\/\//i.test(text)) return text
  return /^[^\s/@]+(:[0-9]+)(\/.*)?$/.test(text) ? `http://${text}` : ''
}

/** Whether a text is an address that can be called: `http://10.0.0.300` and `http://localhost:99999` cannot. */
export function isAddressOrUnset(text: string): boolean {
  return text === '' || URL.canParse(text)
}

/** A setting for one host outside of a URL: a name, or an address, with IPv6 as it is. */
function hostSetting(about: { default: string; description: string }) {
  return Type.Refine(Type.String({ ...about, ignored: '', maxLength: 253, allowed: 'a host name or address' }), isHost)
}

function isHost(text: string): boolean {
  // Only addresses consist of digits and dots alone, `127.1` and `0` too. `node.01` may be a name in /etc/hosts.
  if (/^[0-9.]+$/.test(text)) return URL.canParse(`http://${text}`)
  return isIP(text) !== 0 || /^[A-Za-z0-9._-]+$/.test(text)
}

/** Whether spans are made. Otherwise headers are only forwarded. */
export function traceModeWanted(config: TelemetryConfig): boolean {
  return !config.OTEL_SDK_DISABLED && exporterNames(config).length > 0
}

/** The exporters that are asked for. An endpoint alone asks for OTLP. */
export function exporterNames(config: TelemetryConfig): string[] {
  const endpoint = config.OTEL_EXPORTER_OTLP_ENDPOINT || config.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT
  const names = config.OTEL_TRACES_EXPORTER || (endpoint && 'otlp')
  return splitList(names).filter((name) => name !== 'none')
}

export function splitList(text: string): string[] {
  return [...new Set(text.split(',').map((item) => item.trim()))].filter((item) => item !== '')
}

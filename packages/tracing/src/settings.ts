import { isIP } from 'node:net'
import { Type, type Static } from 'typebox'

const exporterForm = '(otlp|jaeger|console|none)'
const propagatorForm = '(tracecontext|baggage|b3|b3multi|jaeger|xray|ottrace|none)'

/** A text with items and commas between; the SDK would answer an unknown one by tracing nothing, and tell nobody. */
function list(item: string, fallback: string, allowed: string, description: string) {
  return Type.String({
    default: fallback,
    pattern: `^(${item}( *, *${item})*)?$`,
    allowed: `one or more of ${allowed}, with commas between`,
    description
  })
}

/** The settings of trace mode, by their standard names; the SDK and its exporters read further `OTEL_*` ones themselves. */
export const telemetrySettings = {
  OTEL_TRACES_EXPORTER: list(
    exporterForm,
    '',
    'otlp, jaeger, console and none',
    'Where spans go. This or an OTLP endpoint turns trace mode on; without, headers are only handed on.'
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: address('OTLP collector, for example `http://localhost:4318`.'),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: address('The same for traces alone, with the whole path.'),
  OTEL_EXPORTER_OTLP_PROTOCOL: Type.Enum(['http/protobuf', 'http/json', 'grpc'], {
    default: 'http/protobuf',
    description: 'How spans are written for OTLP.'
  }),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: Type.Enum(['', 'http/protobuf', 'http/json', 'grpc'], {
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
    default: 6832,
    minimum: 1,
    maximum: 65535,
    description: 'Port of the legacy Jaeger agent: binary Thrift.'
  }),
  OTEL_EXPORTER_JAEGER_TIMEOUT: Type.Integer({
    default: 10_000,
    minimum: 1,
    maximum: 600_000,
    description: 'Milliseconds that the legacy exporter waits for a collector to answer.'
  }),
  OTEL_PROPAGATORS: list(
    propagatorForm,
    'tracecontext,baggage',
    'tracecontext, baggage, b3, b3multi, jaeger, xray, ottrace and none',
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
    { default: 'parentbased_always_on', description: 'Which traces are recorded.' }
  ),
  OTEL_TRACES_SAMPLER_ARG: Type.String({
    default: '',
    pattern: '^(|0(\\.[0-9]+)?|1(\\.0+)?)$',
    allowed: 'a share from 0 to 1',
    description: 'Share of the traces, for the `traceidratio` samplers.'
  }),
  OTEL_BSP_SCHEDULE_DELAY: Type.Integer({
    default: 5000,
    minimum: 1,
    maximum: 600_000,
    description: 'Milliseconds that spans are gathered before they are sent.'
  }),
  OTEL_BSP_MAX_QUEUE_SIZE: Type.Integer({
    default: 2048,
    minimum: 1,
    maximum: 1_000_000,
    description: 'Spans that may wait to be sent; further ones are dropped and counted.'
  }),
  OTEL_BSP_EXPORT_TIMEOUT: Type.Integer({
    default: 30_000,
    minimum: 1,
    maximum: 600_000,
    description: 'Milliseconds after which spans that are being sent count as lost.'
  }),
  OTEL_SDK_DISABLED: Type.Boolean({ default: false, description: 'Turns trace mode off, whatever else is set.' })
}

const TelemetryConfig = Type.Object(telemetrySettings)
export type TelemetryConfig = Static<typeof TelemetryConfig>

function address(description: string) {
  const text = Type.String({
    default: '',
    pattern: '^(https?://[^\\s]+)?$',
    allowed: 'an http:// or https:// address',
    description
  })
  return Type.Refine(text, isAddressOrUnset)
}

/** Whether a text that looks like an address is one: `http://10.0.0.300` and `http://localhost:99999` are none. */
export function isAddressOrUnset(text: string): boolean {
  return text === '' || URL.canParse(text)
}

/** A setting with one host that becomes no part of a URL: a name, or an address with IPv6 as it is. */
export function hostSetting(about: { default: string; description: string }) {
  return Type.Refine(Type.String({ ...about, maxLength: 253, allowed: 'a host name or address' }), isHost)
}

function isHost(text: string): boolean {
  // Of digits and dots alone only addresses are made, `127.1` and `0` among them; `node.01` may well be a name in /etc/hosts.
  if (/^[0-9.]+$/.test(text)) return URL.canParse(`http://${text}`)
  return isIP(text) !== 0 || /^[A-Za-z0-9._-]+$/.test(text)
}

/** Whether spans are made; else headers are only handed on. */
export function traceModeWanted(config: TelemetryConfig): boolean {
  return !config.OTEL_SDK_DISABLED && exporterNames(config).length > 0
}

/** The exporters that are asked for; an endpoint alone asks for OTLP. */
export function exporterNames(config: TelemetryConfig): string[] {
  const endpoint = config.OTEL_EXPORTER_OTLP_ENDPOINT || config.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT
  const names = config.OTEL_TRACES_EXPORTER || (endpoint && 'otlp')
  return splitList(names).filter((name) => name !== 'none')
}

export function splitList(text: string): string[] {
  return [...new Set(text.split(',').map((item) => item.trim()))].filter((item) => item !== '')
}

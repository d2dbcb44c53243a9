import { text, type TraceFormat } from '../caller.ts'

const hexTrace = /^(?!0{32})[0-9a-f]{32}$/i
const hexSpan = /^(?!0{16})[0-9a-f]{16}$/i

/** 64 bits in decimal digits as 16 hexadecimal ones; undefined if they are 0 or too many. */
function decimalToHex(value: string): string | undefined {
  if (!/^[0-9]{1,20}$/.test(value)) return undefined
  const hex = BigInt(value).toString(16)
  return hex === '0' || hex.length > 16 ? undefined : hex.padStart(16, '0')
}

function hexToDecimal(hex: string): string {
  return BigInt(`0x${hex}`).toString()
}

const upperHalf = /^_dd\.p\.tid=((?!0{16})[0-9a-f]{16})$/

function tagsOf(value: string): string[] {
  return value.split(',').filter((tag) => tag !== '')
}

/** https://docs.datadoghq.com/tracing/trace_collection/trace_context_propagation/: 64-bit ids, and the upper half in a tag. */
export const datadog: TraceFormat = {
  names: ['x-datadog-trace-id', 'x-datadog-parent-id', 'x-datadog-sampling-priority', 'x-datadog-tags'],
  read(headers) {
    const value = headers['x-datadog-trace-id']
    const lower = value === undefined ? undefined : decimalToHex(text(value))
    if (lower === undefined) return undefined
    const upper = tagsOf(text(headers['x-datadog-tags'])).map((tag) => upperHalf.exec(tag)?.[1] ?? '')
    const priority = text(headers['x-datadog-sampling-priority'])
    return {
      traceId: upper.join('').slice(0, 16) + lower,
      spanId: decimalToHex(text(headers['x-datadog-parent-id'])),
      isSampled: /^-?[0-9]$/.test(priority) ? Number(priority) > 0 : undefined
    }
  },
  write({ traceId, spanId, isSampled }, incoming) {
    const upper = traceId.slice(0, 16)
    const others = tagsOf(text(incoming['x-datadog-tags'])).filter((tag) => !tag.startsWith('_dd.p.tid='))
    const tags = /^0+$/.test(upper) ? others : [`_dd.p.tid=${upper}`, ...others]
    const came = text(incoming['x-datadog-sampling-priority'])
    // 2 and -1 are decisions of a person or a rule, which later services must be able to tell from 1 and 0.
    const priority = (isSampled ? ['1', '2'] : ['0', '-1']).includes(came) ? came : isSampled ? '1' : '0'
    return [
      'x-datadog-trace-id',
      hexToDecimal(traceId.slice(16)),
      'x-datadog-parent-id',
      hexToDecimal(spanId),
      'x-datadog-sampling-priority',
      priority,
      ...(tags.length > 0 ? ['x-datadog-tags', tags.join(',')] : [])
    ]
  }
}

const googleForm = /^([0-9a-f]{32})(?:\/([0-9]{1,20}))?(?:;o=([0-9]{1,3}))?$/i

/** https://cloud.google.com/trace/docs/trace-context#legacy-http-header */
export const googleCloud: TraceFormat = {
  names: ['x-cloud-trace-context'],
  read(headers) {
    const [, traceId = '', spanId = '', options] = googleForm.exec(text(headers['x-cloud-trace-context'])) ?? []
    if (!hexTrace.test(traceId)) return undefined
    const isSampled = options === undefined ? undefined : (Number(options) & 1) === 1
    return { traceId: traceId.toLowerCase(), spanId: decimalToHex(spanId), isSampled }
  },
  write({ traceId, spanId, isSampled }) {
    return ['x-cloud-trace-context', `${traceId}/${hexToDecimal(spanId)};o=${isSampled ? 1 : 0}`]
  }
}

const grpcForm = /^0000([0-9a-f]{32})01([0-9a-f]{16})02([0-9a-f]{2})$/

/** https://github.com/census-instrumentation/opencensus-specs/blob/master/encodings/BinaryEncoding.md, in Base64 */
export const grpcTraceBin: TraceFormat = {
  names: ['grpc-trace-bin'],
  read(headers) {
    const value = headers['grpc-trace-bin']
    if (value === undefined) return undefined
    const hex = Buffer.from(text(value), 'base64').toString('hex')
    const [, traceId = '', spanId = '', options = ''] = grpcForm.exec(hex) ?? []
    if (!hexTrace.test(traceId) || !hexSpan.test(spanId)) return undefined
    return { traceId, spanId, isSampled: (parseInt(options, 16) & 1) === 1 }
  },
  write({ traceId, spanId, isSampled }) {
    const hex = `0000${traceId}01${spanId}020${isSampled ? 1 : 0}`
    return ['grpc-trace-bin', Buffer.from(hex, 'hex').toString('base64')]
  }
}

const xrayRoot = /^1-([0-9a-f]{8})-([0-9a-f]{24})$/i

/** https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader; balancers send the root alone. */
export const xray: TraceFormat = {
  names: ['x-amzn-trace-id'],
  read(headers) {
    const value = text(headers['x-amzn-trace-id'])
    if (value === '' || value.includes(',')) return undefined
    const fields = new Map(value.split(';').map((field) => fieldOf(field.trim())))
    const [, seconds = '', unique = ''] = xrayRoot.exec(fields.get('root') ?? '') ?? []
    const traceId = (seconds + unique).toLowerCase()
    if (!hexTrace.test(traceId)) return undefined
    const parent = fields.get('parent') ?? ''
    const sampled = fields.get('sampled')
    return {
      traceId,
      spanId: hexSpan.test(parent) ? parent.toLowerCase() : undefined,
      isSampled: sampled === '1' ? true : sampled === '0' ? false : undefined
    }
  },
  write({ traceId, spanId, isSampled }) {
    const root = `1-${traceId.slice(0, 8)}-${traceId.slice(8)}`
    return ['x-amzn-trace-id', `Root=${root};Parent=${spanId};Sampled=${isSampled ? 1 : 0}`]
  }
}

function fieldOf(field: string): [name: string, value: string] {
  const equals = field.indexOf('=')
  return [field.slice(0, equals).toLowerCase(), field.slice(equals + 1)]
}

import { createError } from '@bookinfo/service-kit'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { Compile } from 'typebox/compile'
import type { Span } from '../span.ts'
import { countMessages, decodeTraceRequest } from './protobuf.ts'
import { BadSpans, readSpans } from './read-spans.ts'
import { ExportTraceServiceRequest } from './schema.ts'

/** Bytes of a request, unpacked. */
export const UNPACKED_LIMIT = 16 * 1024 * 1024

/** Spans, events, links, attributes and their values in a request. Each becomes an object, however few bytes it took. */
const MAX_OBJECTS = 250_000

/** Levels of arrays and objects; protobuf has a limit of its own, which is lower. */
const DEEPEST = 300

const UnknownType = createError(
  'BOOKINFO_UNKNOWN_TYPE',
  'send application/json or application/x-protobuf, not "%s"',
  415
)
const UnknownEncoding = createError('BOOKINFO_UNKNOWN_ENCODING', 'send it plain or as gzip, not as "%s"', 415)
const TooLarge = createError('BOOKINFO_UNPACKED_TOO_LARGE', 'the unpacked request is larger than %s bytes', 413)
const TooMany = createError('BOOKINFO_TOO_MANY', 'the request has more than %s spans, events and attributes', 413)
const NoGzip = createError('BOOKINFO_NO_GZIP', 'the body is not gzip, or not all of it', 400)

const traceRequest = Compile(ExportTraceServiceRequest)
const unpackGzip = promisify(gunzip)

export type Encoding = 'json' | 'protobuf'

/** @throws UnknownType */
export function encodingOf(contentType: string): Encoding {
  const [type = ''] = contentType.split(';', 1)
  if (type.trim().toLowerCase() === 'application/json') return 'json'
  if (type.trim().toLowerCase() === 'application/x-protobuf') return 'protobuf'
  throw new UnknownType(type.slice(0, 100))
}

/** @throws a 4xx error that tells the sender what to change */
export async function unpack(body: Buffer, contentEncoding = 'identity'): Promise<Buffer> {
  if (contentEncoding === 'identity') return body
  if (contentEncoding !== 'gzip') throw new UnknownEncoding(contentEncoding.slice(0, 100))
  try {
    return await unpackGzip(body, { maxOutputLength: UNPACKED_LIMIT })
  } catch (error) {
    if (error instanceof RangeError) throw new TooLarge(UNPACKED_LIMIT)
    throw new NoGzip({ cause: error })
  }
}

/**
 * Reads all spans of a request.
 *
 * @throws TooMany, or BadSpans if a part of it violates the protocol: a request is accepted or refused as a whole
 */
export function decodeSpans(bytes: Buffer, encoding: Encoding): Span[] {
  if (countObjects(bytes, encoding) > MAX_OBJECTS) throw new TooMany(MAX_OBJECTS)
  const value = parse(bytes, encoding)
  if (!traceRequest.Check(value)) {
    const [error] = traceRequest.Errors(value)
    throw new BadSpans(`${error?.instancePath || 'the request'} ${error?.message ?? 'has the wrong form'}`)
  }
  return readSpans(value, encoding === 'json' ? 'hex' : 'base64')
}

function countObjects(bytes: Buffer, encoding: Encoding): number {
  if (encoding === 'json') return countJsonObjects(bytes)
  try {
    return countMessages(bytes)
  } catch {
    // Decoding says what is wrong.
    return 0
  }
}

const [QUOTE, BACKSLASH, BRACKET, BRACE] = [0x22, 0x5c, 0x5b, 0x7b]

function countJsonObjects(bytes: Buffer): number {
  let count = 0
  let isText = false
  for (let i = 0; i < bytes.length; i += 1) {
    const byte = bytes[i]
    if (byte === QUOTE) isText = !isText
    else if (isText && byte === BACKSLASH) i += 1
    else if (!isText && (byte === BRACE || byte === BRACKET)) count += 1
  }
  return count
}

function parse(bytes: Buffer, encoding: Encoding): unknown {
  try {
    if (encoding === 'protobuf') return decodeTraceRequest(bytes)
    const value: unknown = JSON.parse(bytes.toString(), withoutNulls)
    if (!isDeeper(value, DEEPEST)) return value
  } catch (error) {
    // A RangeError is the call stack's end.
    if (!(error instanceof RangeError)) throw new BadSpans(error instanceof Error ? error.message : String(error))
  }
  throw new BadSpans('they are nested too deeply')
}

/** In protobuf's JSON null is the same as absent. */
function withoutNulls(_name: string, value: unknown): unknown {
  return value === null ? undefined : value
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((part) => isDeeper(part, levels - 1))
}

/** The values of a struct by field number. Binaries and strings are bytes, an i64 is a bigint. */
export type Struct = ReadonlyMap<number, ThriftValue>
export type ThriftValue = boolean | number | bigint | Buffer | readonly ThriftValue[] | Struct

export interface ThriftReader {
  /** @throws if the bytes are not a struct */
  struct(): Struct
  /** The name of the method that a message calls; its arguments follow as a struct. */
  message(): string
  /** Whether all bytes have been read. */
  atEnd(): boolean
}

/**
 * Reads the part of Thrift's binary protocol that Jaeger's messages use. It needs no interface definitions.
 * https://github.com/apache/thrift/blob/master/doc/specs/thrift-binary-protocol.md
 */
export function readThrift(bytes: Buffer): ThriftReader {
  let offset = 0

  /** Reads a number of bytes. @returns the offset of the first one */
  function take(length: number): number {
    const start = offset
    offset += length
    if (length < 0 || offset > bytes.length) throw new RangeError('the Thrift ends too early')
    return start
  }

  const readers: Record<number, () => ThriftValue> = {
    2: () => bytes.readInt8(take(1)) !== 0,
    3: () => bytes.readInt8(take(1)),
    4: () => bytes.readDoubleBE(take(8)),
    6: () => bytes.readInt16BE(take(2)),
    8: () => bytes.readInt32BE(take(4)),
    10: () => bytes.readBigInt64BE(take(8)),
    11: binary,
    12: struct,
    14: list,
    15: list
  }

  function value(type: number): ThriftValue {
    const read = readers[type]
    if (!read) throw new TypeError(`Thrift has no type ${type} here`)
    return read()
  }

  function binary(): Buffer {
    const length = bytes.readInt32BE(take(4))
    const start = take(length)
    return bytes.subarray(start, start + length)
  }

  function list(): ThriftValue[] {
    const type = bytes.readInt8(take(1))
    const length = bytes.readInt32BE(take(4))
    return Array.from({ length }, () => value(type))
  }

  function struct(): Struct {
    const fields = new Map<number, ThriftValue>()
    for (;;) {
      const type = bytes.readInt8(take(1))
      if (type === 0) return fields
      const field = bytes.readInt16BE(take(2))
      if (fields.has(field)) throw new TypeError(`the field ${field} comes twice`)
      fields.set(field, value(type))
    }
  }

  function message(): string {
    const version = bytes.readUInt32BE(take(4))
    if (version >>> 16 !== 0x8001) throw new TypeError('the Thrift is not of version 1')
    const name = binary().toString()
    take(4)
    return name
  }

  return { struct, message, atEnd: () => offset === bytes.length }
}

import { Point, etc } from '@noble/ed25519'
import { createHash } from 'node:crypto'

/**
 * Signs a server's challenge as MariaDB's plugin `client_ed25519` does. That is Ed25519 (RFC 8032, 5.1.6), but for its secret:
 * it is the password, of any length, where the RFC and Node take 32 bytes.
 *
 * https://mariadb.com/docs/server/reference/plugins/authentication-plugins/authentication-plugin-ed25519
 *
 * @param challenge 32 bytes
 */
export function signChallenge(challenge: Buffer, password: string): Buffer {
  const hash = sha512(Buffer.from(password))
  const secret = toClamped(hash.subarray(0, 32))
  const publicKey = Point.BASE.multiply(secret).toBytes()
  const nonce = toNumber(sha512(hash.subarray(32), challenge)) % ORDER
  const commitment = Point.BASE.multiply(nonce).toBytes()
  const scalar = etc.mod(nonce + toNumber(sha512(commitment, publicKey, challenge)) * secret, ORDER)
  return Buffer.concat([commitment, toBytes(scalar)])
}

const ORDER = Point.CURVE().n

function sha512(...parts: Uint8Array[]): Buffer {
  const hash = createHash('sha512')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** RFC 8032, 5.1.5; below the order of the group, as the library asks. */
function toClamped(bytes: Buffer): bigint {
  const clamped = Buffer.from(bytes)
  clamped.writeUInt8(clamped.readUInt8(0) & 248, 0)
  clamped.writeUInt8((clamped.readUInt8(31) & 63) | 64, 31)
  return toNumber(clamped) % ORDER
}

/** Little-endian. */
function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes.toReversed()).toString('hex')}`)
}

function toBytes(number: bigint): Buffer {
  return Buffer.from(Buffer.from(number.toString(16).padStart(64, '0'), 'hex').toReversed())
}

import type { AddressInfo } from 'node:net'

/** The port of a server that listens. */
export function portOf(address: AddressInfo | string | null): number {
  if (typeof address === 'object' && address !== null) return address.port
  throw new TypeError('it does not listen on a port')
}

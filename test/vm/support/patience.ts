// An emulated machine boots in about a minute, and on a host that has much else to do in many. These are no expectations:
// they end a test that would never end.

export const BOOT_MS = 1_200_000

/** For what takes seconds in a machine that is up. */
export const REPLY_MS = 300_000

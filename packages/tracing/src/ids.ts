import { randomFillSync } from 'node:crypto'

/** Bytes that the system is asked for at once: to ask for each id takes longer than all else that a span needs. */
const STOCK_BYTES = 4096

const bytes = Buffer.alloc(STOCK_BYTES)
let stock = ''
let used = 0

/** https://www.w3.org/TR/trace-context/#trace-id: 16 random bytes, in hexadecimal digits. */
export function newTraceId(): string {
  return take(32)
}

/** https://www.w3.org/TR/trace-context/#parent-id: 8 random bytes. */
export function newSpanId(): string {
  return take(16)
}

function take(digits: number): string {
  if (used + digits > stock.length) {
    stock = randomFillSync(bytes).toString('hex')
    used = 0
  }
  used += digits
  return stock.slice(used - digits, used)
}

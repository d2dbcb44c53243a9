export { decodeSpans } from './decode.ts'
export type { Span } from '../span.ts'

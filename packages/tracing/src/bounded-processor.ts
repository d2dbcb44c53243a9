import type { Context } from '@opentelemetry/api'
import { ExportResultCode, type ExportResult } from '@opentelemetry/core'
import {
  BatchSpanProcessor,
  type ReadableSpan,
  type Span,
  type SpanExporter,
  type SpanProcessor
} from '@opentelemetry/sdk-trace'

export interface BoundedProcessorOptions {
  exporter: SpanExporter
  maxQueueSize: number
  scheduledDelayMillis: number
}

export interface BoundedProcessor extends SpanProcessor {
  /** Spans that were lost so far: because too many waited, or because sending failed. */
  dropped(): number
}

/**
 * The SDK's batches, with what it keeps to itself made visible: how many spans were lost. Spans that would not fit into
 * its queue are counted and left out before they get there.
 */
export function createBoundedProcessor(options: BoundedProcessorOptions): BoundedProcessor {
  const { exporter, maxQueueSize, scheduledDelayMillis } = options
  let waiting = 0
  let dropped = 0

  const counting: SpanExporter = {
    export(spans: ReadableSpan[], done: (result: ExportResult) => void) {
      waiting -= spans.length
      exporter.export(spans, (result) => {
        if (result.code === ExportResultCode.FAILED) dropped += spans.length
        done(result)
      })
    },
    shutdown: () => exporter.shutdown(),
    ...(exporter.forceFlush && { forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve() })
  }
  const maxExportBatchSize = Math.min(512, maxQueueSize)
  const batches = new BatchSpanProcessor({ exporter: counting, maxQueueSize, maxExportBatchSize, scheduledDelayMillis })

  return {
    dropped: () => dropped,
    onStart: (span: Span, parent: Context) => batches.onStart(span, parent),
    onEnd(span: ReadableSpan) {
      if ((span.spanContext().traceFlags & 1) === 0) return
      if (waiting >= maxQueueSize) {
        dropped += 1
        return
      }
      waiting += 1
      batches.onEnd(span)
    },
    forceFlush: () => batches.forceFlush(),
    shutdown: () => batches.shutdown()
  }
}

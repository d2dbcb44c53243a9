export { bookinfoTrace, type BookinfoTraceOptions } from './bookinfo-trace.ts'
export { otlpRequest, otlpSpan, spanId, traceId, type OtlpRequest, type SpanSketch } from './otlp-request.ts'
export { startViewer, type RunningViewer, type ViewerOptions } from './viewer.ts'

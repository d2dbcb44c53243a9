import {
  createRecordedTracing,
  SpanStatusCode,
  type ReadableSpan,
  type RecordedTracing
} from '@bookinfo/tracing/testing'
import { startSuite, type Suite, type SuiteOptions } from '../support/index.ts'

export interface RecordedSuite extends AsyncDisposable {
  suite: Suite
  /** Stops the suite, which ends all requests. @returns all spans, each with its service */
  stop(): Promise<RecordedSpan[]>
}

export interface RecordedSpan {
  service: string
  span: ReadableSpan
}

/** Starts the suite in trace mode. It keeps all spans in memory. */
export async function startRecordedSuite(
  options: Omit<SuiteOptions, 'tracing'> = {},
  propagators?: string[]
): Promise<RecordedSuite> {
  const recordings = new Map<string, RecordedTracing>()
  const tracing = (service: string): RecordedTracing => {
    const recording = createRecordedTracing(service, propagators)
    recordings.set(service, recording)
    return recording
  }
  const suite = await startSuite({ ...options, tracing })
  return {
    suite,
    async stop() {
      await suite[Symbol.asyncDispose]()
      return [...recordings].flatMap(([service, recording]) => recording.spans().map((span) => ({ service, span })))
    },
    [Symbol.asyncDispose]: () => suite[Symbol.asyncDispose]()
  }
}

export interface Branch {
  /** Service, kind, name, status and error. */
  span: string
  children: Branch[]
}

const kinds = ['INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER']

/**
 * The tree of the spans as text. Siblings run at the same time, so they are sorted by name.
 *
 * @param parentId of the roots; undefined for spans without a parent
 */
export function treeOf(spans: readonly RecordedSpan[], parentId?: string): Branch[] {
  return spans
    .filter(({ span }) => span.parentSpanContext?.spanId === parentId)
    .map(({ service, span }) => ({
      span: `${service} ${kinds[span.kind]} ${span.name}${describe(span)}`,
      children: treeOf(spans, span.spanContext().spanId)
    }))
    .toSorted((a, b) => (a.span < b.span ? -1 : 1))
}

function describe({ kind, attributes, status }: ReadableSpan): string {
  const text = (name: string): string | undefined => {
    const value = attributes[name]
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
  }
  const url = text('url.full')
  const path = url === undefined ? '' : ` ${new URL(url).pathname}`
  const answer = kinds[kind] === 'INTERNAL' ? '' : ` ${text('http.response.status_code') ?? 'no answer'}`
  const error = status.code === SpanStatusCode.ERROR ? ` ERROR ${text('error.type')}` : ''
  const resend = text('http.request.resend_count')
  return `${path}${answer}${error}${resend === undefined ? '' : ` resend ${resend}`}`
}

import { TraceState } from '@opentelemetry/core'
import type { IncomingHttpHeaders } from 'node:http'
import type { CallContext, Caller, TraceFormat } from './caller.ts'
import { readCaller, traceFormats } from './formats/formats.ts'
import { traceContextNames } from './trace-context-names.ts'

/** The trace context of one request: what came in, and what goes out. */
export interface RequestContext {
  caller: Caller | undefined
  /** The trace headers of a call, name and value by turns. */
  write(call: CallContext): string[]
}

export interface Propagation {
  /** The headers that are not copied to calls, in lower case: they are written for each call, or dropped. */
  owned: ReadonlySet<string>
  read(headers: IncomingHttpHeaders): RequestContext
}

/** Reads and writes nothing: trace headers are forwarded as they came. */
const noPropagation: Propagation = { owned: new Set(), read: () => ({ caller: undefined, write: () => [] }) }

/**
 * A request has one trace, whatever tracer began it. The caller's context is read from every known format. It is written in
 * the formats that are asked for, and in every other format that came in, so that no header names an older span.
 *
 * @param names as in `OTEL_PROPAGATORS`, in any order. These are read first. `baggage` is forwarded in any case.
 */
export function createPropagation(names: readonly string[]): Propagation {
  if (names.length === 1 && names[0] === 'none') return noPropagation
  const all: [name: string, format: TraceFormat][] = Object.entries(traceFormats)
  const wanted = all.filter(([name]) => names.includes(name)).map(([, format]) => format)
  const others = all.filter(([name]) => !names.includes(name)).map(([, format]) => format)
  const formats = [...wanted, ...others]
  return {
    owned: traceContextNames,
    read(headers) {
      const cameIn = others.filter((format) => format.names.some((name) => headers[name] !== undefined))
      const written = cameIn.length === 0 ? wanted : [...wanted, ...cameIn]
      const caller = readCaller(headers, formats)
      return { caller, write: (call) => written.flatMap((format) => format.write(call, headers)) }
    }
  }
}

/** The members of a tracestate that are valid, 32 at most: https://www.w3.org/TR/trace-context-2/#tracestate-limits */
export function parseTraceState(text: string | undefined): TraceState | undefined {
  if (!text) return undefined
  const state = new TraceState(text)
  return state.serialize() === '' ? undefined : state
}

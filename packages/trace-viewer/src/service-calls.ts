import { attributeText, endUs, type Span } from './span.ts'
import type { Trace } from './trace-store.ts'
import { rootOf } from './trace-tree.ts'

/** A service in one version; the version is empty if it is unknown. */
export interface Party {
  service: string
  version: string
}

/** What tells a party from all others. */
export function partyName(party: Party): string {
  return `${party.service} ${party.version}`.trimEnd()
}

/** One service called another, once. */
export interface Call {
  /** Undefined where nobody here called: a reader from outside. */
  from: Party | undefined
  to: Party
  /** The span that says most of it. */
  span: Span
  startUs: number
  endUs: number
  /** As the caller saw it, where its span is here. */
  durationUs: number
  failed: boolean
  /** Both sides left spans; else the called one is known by its address alone. */
  bothSeen: boolean
  /** The called one is a database, which never leaves spans. */
  isDatabase: boolean
}

/** Microseconds after its end in which the span of a caller arrives, which may itself take seconds, and that of a called service. */
const CALLER_COMES_US = 10_000_000
const ANSWER_COMES_US = 1_000_000

/**
 * The calls of some traces: from outside, between two services, and those that were never heard of again.
 *
 * @param nowUs leaves out calls of which half may still come
 */
export function callsIn(traces: readonly Trace[], nowUs = Infinity): Call[] {
  const names = serviceNames(traces)
  return traces.flatMap((trace) => [
    ...callFromOutside(trace, nowUs),
    ...[...trace.spans.values()].flatMap((span) => callBetween(span, trace.spans)),
    ...unansweredIn(trace.spans, names, nowUs)
  ])
}

/** At most one in a trace: of other spans without a parent nobody knows who called. */
function callFromOutside(trace: Trace, nowUs: number): Call[] {
  const root = rootOf(trace)
  const mayHaveCaller = root?.parentId !== undefined && nowUs - endUs(root) < CALLER_COMES_US
  return root?.kind === 'server' && !mayHaveCaller ? [describe(undefined, partyOf(root, trace.spans), root)] : []
}

function callBetween(span: Span, spans: Trace['spans']): Call[] {
  const parent = parentOf(span, spans)
  if (parent === undefined || parent.resource.service === span.resource.service) return []
  const call = describe(partyOf(parent, spans), partyOf(span, spans), parent.kind === 'client' ? parent : span)
  return [span.status === 'error' ? { ...call, failed: true } : call]
}

function unansweredIn(spans: Trace['spans'], names: ReadonlyMap<string, Party>, nowUs: number): Call[] {
  return unansweredSpans(spans).flatMap((span) => {
    const address = addressOf(span)
    const mayBeAnswered = isAwaited(span) && nowUs - endUs(span) < ANSWER_COMES_US
    if (address === undefined || mayBeAnswered) return []
    return [
      {
        ...describe(partyOf(span, spans), names.get(address) ?? { service: address, version: '' }, span),
        bothSeen: false,
        isDatabase: isDatabase(span)
      }
    ]
  })
}

/** Of calls, those to which no span of the called one is here. */
function unansweredSpans(spans: Trace['spans']): Span[] {
  const answered = new Set([...spans.values()].map((span) => span.kind !== 'client' && parentOf(span, spans)))
  return [...spans.values()].filter((span) => span.kind === 'client' && !answered.has(span))
}

/** Calls to which a span of the called one may still come. */
export function awaitedIn({ spans }: Trace): Span[] {
  return unansweredSpans(spans).filter(isAwaited)
}

/** Whether the called one is no database, and was there to answer, if too late. */
function isAwaited(span: Span): boolean {
  const [code, error] = ['http.response.status_code', 'error.type'].map((key) => attributeText(span.attributes, key))
  return !isDatabase(span) && (span.status !== 'error' || code !== undefined || error === 'timeout')
}

function parentOf({ parentId }: Span, spans: Trace['spans']): Span | undefined {
  return parentId === undefined ? undefined : spans.get(parentId)
}

/** Whose span it is. A proxy's span has no version: it has that of its caller in the same service. */
export function partyOf(span: Span, spans: Trace['spans']): Party {
  const { service, version } = span.resource
  const caller = parentOf(span, spans)?.resource
  return { service, version: version || (caller?.service === service ? caller.version : '') }
}

function describe(from: Party | undefined, to: Party, span: Span): Call {
  const { startUs, durationUs, status } = span
  return {
    from,
    to,
    span,
    startUs,
    endUs: endUs(span),
    durationUs,
    failed: status === 'error',
    bothSeen: true,
    isDatabase: false
  }
}

/** Which service is behind an address, learned from the calls that were answered. Several versions there count as none. */
export function serviceNames(traces: readonly Trace[]): Map<string, Party> {
  const names = new Map<string, Party>()
  for (const { spans } of traces) {
    for (const span of spans.values()) {
      const parent = span.kind === 'server' ? parentOf(span, spans) : undefined
      const address = parent && addressOf(parent)
      if (address === undefined) continue
      const party = partyOf(span, spans)
      const isKnown = [undefined, party.version].includes(names.get(address)?.version)
      names.set(address, isKnown ? party : { ...party, version: '' })
    }
  }
  return names
}

/** The name of a span; of a call, with the service or the address that is called. */
export function operationName(span: Span, names: ReadonlyMap<string, Party>): string {
  const target = addressOf(span)
  return target === undefined ? span.name : `${span.name} → ${names.get(target)?.service ?? target}`
}

function isDatabase({ attributes }: Span): boolean {
  return attributeText(attributes, 'db.system.name') !== undefined
}

/** Where a client called, by the name that says most. */
export function addressOf({ attributes, kind }: Span): string | undefined {
  if (kind !== 'client') return undefined
  // A database never answers with a span of its own, and one within the process has no address either.
  const name = attributeText(attributes, 'peer.service') ?? attributeText(attributes, 'db.system.name')
  if (name !== undefined) return name
  const [host, port] = ['server.address', 'server.port'].map((key) => attributeText(attributes, key))
  return host === undefined || port === undefined ? host : `${host}:${port}`
}

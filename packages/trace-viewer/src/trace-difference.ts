import { operationName, partyOf, type Party } from './service-calls.ts'
import { spanTimes } from './critical-path.ts'
import type { Trace } from './trace-store.ts'
import { treeOf } from './trace-tree.ts'

/** What a trace has of one operation. */
export interface OperationFigures {
  versions: readonly string[]
  spans: number
  errors: number
  durationUs: number
  /** What the children of these spans do not account for. */
  selfUs: number
}

/** An operation in two traces; undefined where a trace has none of it. */
export interface Difference {
  service: string
  operation: string
  a: OperationFigures | undefined
  b: OperationFigures | undefined
}

/** The operations of two traces in the order of the first; what only the second has is at the end. */
export function compareTraces(a: Trace, b: Trace, names: ReadonlyMap<string, Party>): Difference[] {
  const [first, second] = [operationsOf(a, names), operationsOf(b, names)]
  const keys = [...new Set([...first.keys(), ...second.keys()])]
  return keys.map((key) => {
    const [operationA, operationB] = [first.get(key), second.get(key)]
    const { service = '', operation = '' } = operationA ?? operationB ?? {}
    return { service, operation, a: operationA, b: operationB }
  })
}

interface Operation extends OperationFigures {
  service: string
  operation: string
}

/** Versions of a service count together: that is what most comparisons are about. */
function operationsOf(trace: Trace, names: ReadonlyMap<string, Party>): Map<string, Operation> {
  const times = spanTimes(trace)
  const operations = new Map<string, Operation>()
  for (const { span } of treeOf(trace)) {
    const { service, version } = partyOf(span, trace.spans)
    const operation = operationName(span, names)
    const key = JSON.stringify([service, operation])
    const known = operations.get(key) ?? {
      service,
      operation,
      versions: [],
      spans: 0,
      errors: 0,
      durationUs: 0,
      selfUs: 0
    }
    operations.set(key, {
      ...known,
      versions: [...new Set([...known.versions, version])],
      spans: known.spans + 1,
      errors: known.errors + (span.status === 'error' ? 1 : 0),
      durationUs: known.durationUs + span.durationUs,
      selfUs: known.selfUs + (times.get(span)?.selfUs ?? 0)
    })
  }
  return operations
}

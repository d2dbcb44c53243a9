import { forward } from './kubectl.ts'
import { until } from './poll.ts'

/** Longer than spans wait in a sidecar (5 s) or in a service. */
const FLUSH_MS = 6_000

/** The name of Istio's ingress gateway in its spans. */
export const GATEWAY = 'istio-ingressgateway.istio-system'

export interface Span {
  id: string
  traceId: string
  parent: string | undefined
  service: string
  kind: string | undefined
  /** What the service says that it runs in. Sidecars do not say it. */
  runtime: string | undefined
}

export type Trace = readonly Span[]

/** The trace of the first page since a time, when no more of its spans come. */
export async function settledTrace(since: Date): Promise<Trace> {
  const query = new URLSearchParams({ service: GATEWAY, start: String(since.getTime() * 1000), limit: '20' })
  let trace: Trace = []
  const settled = async () => {
    const before = trace.length
    trace = await readTrace(`/api/traces?${query.toString()}`)
    return trace.length > 0 && trace.length === before
  }
  await until(settled, FLUSH_MS).toBe(true)
  return trace
}

async function readTrace(path: string): Promise<Trace> {
  await using jaeger = await forward('jaeger-query', 16686)
  const response = await fetch(`${jaeger.url}${path}`)
  const { data }: { data: JaegerTrace[] | null } = JSON.parse(await response.text())
  const [first, ...others] = data ?? []
  if (others.length > 0) throw new Error(`one trace expected, found ${others.length + 1}`)
  return (first?.spans ?? []).map(({ spanID, traceID, references, processID, tags }) => {
    const { serviceName = '', tags: resource = [] } = first?.processes[processID] ?? {}
    return {
      id: spanID,
      traceId: traceID,
      parent: references[0]?.spanID,
      service: serviceName,
      kind: valueOf(tags, 'span.kind'),
      runtime: valueOf(resource, 'bookinfo.runtime')
    }
  })
}

/** Of an answer of Jaeger's, what the tests read. */
interface JaegerTrace {
  spans: {
    spanID: string
    traceID: string
    processID: string
    references: { spanID: string }[]
    tags: Tags
  }[]
  processes: Record<string, { serviceName: string; tags?: Tags }>
}

type Tags = { key: string; value: string }[]

function valueOf(tags: Tags, name: string): string | undefined {
  return tags.find(({ key }) => key === name)?.value
}

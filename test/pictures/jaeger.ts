import { Failure } from '@bookinfo/cli'
import type { OtlpRequest } from '@bookinfo/trace-viewer/testing'
import { setTimeout as sleep } from 'node:timers/promises'

/** Services and sidecars keep spans for up to 5 s. */
const LOOK_EVERY_MS = 6_000
const LOOKS = 20
const MANY = '1000'

/** Jaeger in a cluster, asked in OpenTelemetry's format. */
export interface Jaeger {
  /** Waits for at least so many spans of a service in the traces since a time, those that the gateway began. */
  traces(since: Date, expected: { service: string; spans: number }): Promise<OtlpRequest>
  /** Waits until no more spans of a trace come. */
  trace(id: string): Promise<OtlpRequest>
}

/** @param url of its pages */
export function jaegerAt(url: string): Jaeger {
  const read = async (path: string): Promise<OtlpRequest> => {
    const response = await fetch(`${url}${path}`)
    if (response.status === 404) return {}
    const text = await response.text()
    if (!response.ok) throw new Failure(`Jaeger answered ${response.status} to ${path}: ${text}`)
    const { result }: { result: OtlpRequest } = JSON.parse(text)
    return result
  }
  return {
    async traces(since, { service, spans }) {
      const query = (until: Date) =>
        new URLSearchParams({
          'query.service_name': 'istio-ingressgateway.istio-system',
          'query.start_time_min': since.toISOString(),
          'query.start_time_max': until.toISOString(),
          'query.num_traces': MANY
        })
      for (let look = 0; look < LOOKS; look += 1) {
        await sleep(LOOK_EVERY_MS)
        const found = await read(`/api/v3/traces?${query(new Date()).toString()}`)
        if (countSpans(found, service) >= spans) return found
      }
      throw new Failure(`Jaeger has no ${spans} spans of ${service}: see whether its pod and that service run`)
    },
    async trace(id) {
      let before = 0
      for (let look = 0; look < LOOKS; look += 1) {
        await sleep(LOOK_EVERY_MS)
        const found = await read(`/api/v3/traces/${id}`)
        const spans = countSpans(found)
        if (spans > 0 && spans === before) return found
        before = spans
      }
      throw new Failure(`Jaeger has no trace ${id}: see whether its pod runs`)
    }
  }
}

/** How many spans there are, or those of a service alone. */
function countSpans({ resourceSpans = [] }: OtlpRequest, service?: string): number {
  const isOf = (name: string) =>
    resourceSpans.filter(({ resource }) =>
      resource?.attributes?.some(({ key, value }) => key === 'service.name' && value?.stringValue === name)
    )
  return (service === undefined ? resourceSpans : isOf(service))
    .flatMap(({ scopeSpans = [] }) => scopeSpans)
    .reduce((sum, { spans = [] }) => sum + spans.length, 0)
}

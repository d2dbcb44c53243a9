import { ROOT_CONTEXT } from '@opentelemetry/api'
import { SamplingDecision, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace'
import type { TelemetryConfig } from './settings.ts'

/** Whether a request is recorded, given its caller's decision, if there is one, and its trace. */
export type Sampling = (callers: boolean | undefined, traceId: string) => boolean

export type SamplingConfig = Pick<TelemetryConfig, 'OTEL_TRACES_SAMPLER' | 'OTEL_TRACES_SAMPLER_ARG'>

/**
 * The standard samplers. Each decides all of a process's spans of one trace alike, so it is asked once for a request.
 * https://opentelemetry.io/docs/specs/otel/trace/sdk/#built-in-samplers
 */
export function createSampling({
  OTEL_TRACES_SAMPLER: name,
  OTEL_TRACES_SAMPLER_ARG: share
}: SamplingConfig): Sampling {
  switch (name) {
    case 'always_on':
      return () => true
    case 'always_off':
      return () => false
    case 'traceidratio':
      return byShare(share)
    case 'parentbased_always_on':
      return obeyCaller(() => true)
    case 'parentbased_always_off':
      return obeyCaller(() => false)
    case 'parentbased_traceidratio':
      return obeyCaller(byShare(share))
    default:
      return name satisfies never
  }
}

function obeyCaller(ofOwn: Sampling): Sampling {
  return (callers, traceId) => callers ?? ofOwn(callers, traceId)
}

/** By the trace's id, so that all services with the same share decide alike. */
function byShare(share: string): Sampling {
  const sampler = new TraceIdRatioBasedSampler(share === '' ? 1 : Number(share))
  return (_callers, traceId) =>
    sampler.shouldSample(ROOT_CONTEXT, traceId).decision === SamplingDecision.RECORD_AND_SAMPLED
}

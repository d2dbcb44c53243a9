import { ROOT_CONTEXT } from '@opentelemetry/api'
import { SamplingDecision, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace'
import type { TelemetryConfig } from './settings.ts'

/** Decides whether a request is recorded. @param callers the caller's decision, undefined if it left that open */
export type Sampling = (callers: boolean | undefined, traceId: string) => boolean

export type SamplingConfig = Pick<TelemetryConfig, 'OTEL_TRACES_SAMPLER' | 'OTEL_TRACES_SAMPLER_ARG'>

/**
 * The standard samplers. They decide the same for all spans of a trace, so each request is decided once.
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

/** Decides by the trace id, so that all services with the same share decide the same. */
function byShare(share: string): Sampling {
  const sampler = new TraceIdRatioBasedSampler(share === '' ? 1 : Number(share))
  return (_callers, traceId) =>
    sampler.shouldSample(ROOT_CONTEXT, traceId).decision === SamplingDecision.RECORD_AND_SAMPLED
}

import { trace } from '@opentelemetry/api'
import {
  detectResources,
  envDetector,
  hostDetector,
  osDetector,
  processDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector
} from '@opentelemetry/resources'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { setTimeout as sleep } from 'node:timers/promises'
import { createBoundedProcessor } from './bounded-processor.ts'
import { prepareEnvironment, withWarnings } from './environment.ts'
import { createExporter } from './exporters.ts'
import { createPropagation } from './propagation.ts'
import { createSampling } from './sampling.ts'
import { exporterNames, splitList, type TelemetryConfig } from './settings.ts'
import { createSpans } from './spans.ts'
import { nothingSent, type Sending, type Tracing } from './tracing.ts'

/** The process that makes the spans. */
export interface Identity {
  service: string
  version: string
  /** Empty outside of Kubernetes. */
  pod: string
}

/** The environment's attributes come last, and win. */
const detectors = [serviceInstanceIdDetector, processDetector, hostDetector, osDetector, envDetector]

/** Assembles the SDK for this process. This module is loaded in trace mode only. */
export async function startSdk(
  config: TelemetryConfig,
  identity: Identity,
  warn: (message: string) => void
): Promise<Tracing> {
  prepareEnvironment(process.env, config, warn)
  return withWarnings(warn, () => assemble(config, identity, warn))
}

async function assemble(
  config: TelemetryConfig,
  { service, version, pod }: Identity,
  warn: (message: string) => void
): Promise<Tracing> {
  const names = exporterNames(config)
  const exporters = await Promise.all(names.map((name) => createExporter(name, config, warn)))
  const processors = exporters.map((exporter) =>
    createBoundedProcessor({
      exporter,
      maxQueueSize: config.OTEL_BSP_MAX_QUEUE_SIZE,
      scheduledDelayMillis: config.OTEL_BSP_SCHEDULE_DELAY,
      exportTimeoutMillis: config.OTEL_BSP_EXPORT_TIMEOUT
    })
  )
  const resource = resourceFromAttributes({
    'service.name': service,
    'service.version': version,
    'bookinfo.runtime': 'process',
    ...(pod !== '' && { 'k8s.pod.name': pod })
  }).merge(detectResources({ detectors }))
  const sdk = new NodeSDK({
    resource,
    autoDetectResources: false,
    spanProcessors: processors,
    // Who calls whom is said by our own spans.
    textMapPropagator: null,
    // Metrics are scraped and logs are written to stdout; the SDK would send both by default.
    metricReaders: [],
    logRecordProcessors: []
  })
  sdk.start()
  const instrumentationScope = { name: '@bookinfo/tracing', version }

  return {
    startRequest: createSpans({
      sink: { processors, resource, instrumentationScope },
      propagation: createPropagation(splitList(config.OTEL_PROPAGATORS)),
      isSampled: createSampling(config),
      tracer: trace.getTracer(instrumentationScope.name, version)
    }),
    exporters: names,
    sending: () => processors.map((processor) => processor.sending()).reduce(add, nothingSent),
    async shutdown(budgetMs) {
      // A collector that is gone makes the SDK try for seconds, and then throw: neither may keep a service from stopping,
      // nor another exporter from sending.
      const stopped = Promise.allSettled([...processors.map((processor) => processor.shutdown()), sdk.shutdown()])
      await Promise.race([stopped, sleep(budgetMs, undefined, { ref: false })])
      for (const processor of processors) processor.giveUp()
    }
  }
}

function add(a: Sending, b: Sending): Sending {
  return { waiting: a.waiting + b.waiting, dropped: a.dropped + b.dropped, reason: b.reason ?? a.reason }
}

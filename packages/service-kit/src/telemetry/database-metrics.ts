import type { DatabaseCall, DatabaseFailure, EndDatabaseCall, RequestTrace } from '@bookinfo/tracing'
import { Histogram } from 'prom-client'
import type { MetricsRegistry } from './metrics-registry.ts'

/** Buckets in seconds, as the semantic conventions advise: https://opentelemetry.io/docs/specs/semconv/db/database-metrics/ */
const DURATION_BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]

/** Starts to observe one operation of a database. The result ends it, with or without a failure. */
export type ObserveDatabase = (call: DatabaseCall, trace: Pick<RequestTrace, 'startDatabaseCall'>) => EndDatabaseCall

/** Measures an app's database operations in its registry, and gives each a span if its request has one. */
export function observeDatabase(registry: MetricsRegistry): ObserveDatabase {
  const duration = new Histogram({
    name: 'db_client_operation_duration_seconds',
    help: 'Duration of database client operations',
    labelNames: [
      'db_system_name',
      'db_namespace',
      'db_collection_name',
      'db_operation_name',
      'db_response_status_code',
      'error_type',
      'server_address',
      'server_port'
    ],
    buckets: DURATION_BUCKETS,
    registers: [registry]
  })
  return (call, trace) => {
    const endTimer = duration.startTimer()
    const endSpan = trace.startDatabaseCall?.(call)
    return (failure) => {
      endTimer(labels(call, failure))
      endSpan?.(failure)
    }
  }
}

function labels({ system, namespace, operation, collection, server }: DatabaseCall, failure?: DatabaseFailure) {
  return {
    db_system_name: system,
    db_namespace: namespace,
    db_operation_name: operation,
    ...(collection !== undefined && { db_collection_name: collection }),
    ...(server && { server_address: server.address, server_port: server.port }),
    ...(failure && { error_type: failure.type }),
    ...(failure?.statusCode !== undefined && { db_response_status_code: failure.statusCode })
  }
}

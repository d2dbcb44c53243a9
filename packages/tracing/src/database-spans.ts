import { SpanKind, SpanStatusCode, type Attributes, type Context, type Tracer } from '@opentelemetry/api'

/** One database operation, as spans and metrics describe it. Values are left out: they may be personal data. */
export interface DatabaseCall {
  system: 'mysql' | 'mariadb' | 'postgresql' | 'mongodb' | 'sqlite'
  /** The database's name within its server. */
  namespace: string
  /** `SELECT`, `find` and the like, as the database calls it. */
  operation: string
  /** Table or collection. Absent if the operation has none. */
  collection?: string | undefined
  /** Absent for a database inside the process. */
  server?: { address: string; port: number } | undefined
}

export interface DatabaseFailure {
  /** What went wrong, in one word: the database's error code, the system's, or `timeout`. */
  type: string
  /** The database's error code. Absent if it did not answer. */
  statusCode?: string | undefined
}

export type EndDatabaseCall = (failure?: DatabaseFailure) => void

/** Starts the CLIENT span of one operation, as a child of the span in the context. */
export function startDatabaseSpan(tracer: Tracer, context: Context, call: DatabaseCall): EndDatabaseCall {
  const name = `${call.operation} ${call.collection ?? call.namespace}`
  const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes: attributesOf(call) }, context)
  return (failure) => {
    if (failure) {
      span.setAttribute('error.type', failure.type)
      if (failure.statusCode !== undefined) span.setAttribute('db.response.status_code', failure.statusCode)
      span.setStatus({ code: SpanStatusCode.ERROR, message: failure.type })
    }
    span.end()
  }
}

/** By the stable conventions: https://opentelemetry.io/docs/specs/semconv/db/database-spans/ */
function attributesOf({ system, namespace, operation, collection, server }: DatabaseCall) {
  return {
    'db.system.name': system,
    'db.namespace': namespace,
    'db.operation.name': operation,
    ...(collection !== undefined && { 'db.collection.name': collection }),
    ...(server && { 'server.address': server.address, 'server.port': server.port })
  } satisfies Attributes
}

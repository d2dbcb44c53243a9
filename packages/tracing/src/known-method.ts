const knownMethods = new Set(['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE'])

/** A method as spans and metrics name it: https://opentelemetry.io/docs/specs/semconv/http/http-spans/, any other is `_OTHER`. */
export function knownMethod(method: string): string {
  return knownMethods.has(method) ? method : '_OTHER'
}

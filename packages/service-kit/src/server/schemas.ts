import ajvCompiler from '@fastify/ajv-compiler'
import { SerializerSelector } from '@fastify/fast-json-stringify-compiler'
import type { FastifyInstance } from 'fastify'

/** Nothing is coerced: what a schema calls a number must come as one. */
const ajv = {
  customOptions: {
    coerceTypes: false,
    removeAdditional: false,
    useDefaults: false,
    allErrors: false,
    // TypeBox makes no wrong schemas, and to check them Ajv would have to compile the schema of all schemas.
    validateSchema: false
  }
} as const

/** Compiles a schema for the first request that needs it: all of them before listening took a quarter of the time to start. */
export function compileSchemasLazily(app: FastifyInstance): void {
  const validators = lazily(() => ajvCompiler()({}, ajv))
  app.setValidatorCompiler((route) => {
    const validator = lazily(() => validators()({ ...route }))
    return (data) => {
      const validate = validator()
      return validate(data) ? { value: data } : { error: validate.errors ?? [] }
    }
  })

  const serializers = lazily(() => SerializerSelector()({}, {}))
  app.setSerializerCompiler((route) => {
    const serialize = lazily(() => serializers()({ ...route, httpStatus: route.httpStatus ?? '' }))
    return (data) => serialize()(data)
  })
}

/** Makes a thing when it is first asked for: what is not asked for costs nothing at start. */
function lazily<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => (made ??= { value: make() }).value
}

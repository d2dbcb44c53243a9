import ajvCompiler from '@fastify/ajv-compiler'
import { SerializerSelector } from '@fastify/fast-json-stringify-compiler'
import type { FastifyInstance } from 'fastify'
import { once } from './once.ts'

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
  const validators = once(() => ajvCompiler()({}, ajv))
  app.setValidatorCompiler((route) => {
    const validator = once(() => validators()({ ...route }))
    return (data) => {
      const validate = validator()
      return validate(data) ? { value: data } : { error: validate.errors ?? [] }
    }
  })

  const serializers = once(() => SerializerSelector()({}, {}))
  app.setSerializerCompiler((route) => {
    const serialize = once(() => serializers()({ ...route, httpStatus: route.httpStatus ?? '' }))
    return (data) => serialize()(data)
  })
}

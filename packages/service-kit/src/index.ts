export { asset, assetRoutes, href, type Asset } from './assets.ts'
export { drainBody, readBodies } from './body.ts'
export { commonSettings, CommonConfig, ConfigError, loadConfig } from './config.ts'
export { observeDatabase, type ObserveDatabase } from './database-calls.ts'
export { createDispatcher, openDispatcher, type ConnectionUse } from './dispatcher.ts'
export { ErrorBody, NotFound } from './errors.ts'
export { html, trusted, type Html } from './html.ts'
export { listen } from './listen.ts'
export type { LogOptions } from './log.ts'
export { run, type Service } from './run.ts'
export { createServer, type App, type Server } from './server.ts'
export { helpText, listSettings, markdownTable } from './settings-table.ts'
export { createUpstream, type Upstream, type UpstreamOptions, type UpstreamResult } from './upstream.ts'
export {
  addressForm,
  connectionsSetting,
  domainSetting,
  hostnameSetting,
  portSetting,
  upstreamOrigins
} from './upstream-address.ts'
export {
  forOutside,
  isAddressOrUnset,
  withEndUser,
  type DatabaseCall,
  type DatabaseFailure,
  type ForwardHeaders,
  type RequestTrace,
  type Tracing
} from '@bookinfo/tracing'
export { default as createError } from '@fastify/error'
export { Counter } from 'prom-client'
export type { Dispatcher } from 'undici'
export type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
export type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'

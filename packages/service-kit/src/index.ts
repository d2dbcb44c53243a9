export { prefersHtml } from './server/accept.ts'
export { asset, assetRoutes, href, type Asset } from './html/assets.ts'
export { drainBody, parseJson, readBodies } from './server/body.ts'
export { ConfigError, loadConfig } from './process/config.ts'
export { commonSettings, CommonConfig } from './process/settings.ts'
export { observeDatabase, type ObserveDatabase } from './telemetry/database-metrics.ts'
export type { HttpClient } from './upstream/agent.ts'
export { createDispatcher, openDispatcher, type ConnectionUse } from './upstream/dispatcher.ts'
export { openOutsideDispatcher, proxySettings } from './upstream/outside-dispatcher.ts'
export { ErrorBody, NotFound } from './server/errors.ts'
export { html, trusted, type Html } from './html/html.ts'
export { listen } from './process/listen.ts'
export type { LogOptions } from './telemetry/log.ts'
export { run, type Service } from './process/run.ts'
export { refuseOtherSites } from './server/other-sites.ts'
export { sendSecurityHeaders } from './server/security-headers.ts'
export { createServer, type App, type Server } from './server/server.ts'
export { helpText, listSettings, markdownTable } from './process/settings-table.ts'
export { createUpstream, type Upstream, type UpstreamOptions } from './upstream/upstream.ts'
export type { UpstreamResult } from './upstream/result.ts'
export {
  addressForm,
  connectionsSetting,
  domainSetting,
  hostnameSetting,
  portSetting,
  upstreamOrigins
} from './upstream/address.ts'
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
export type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
export type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'

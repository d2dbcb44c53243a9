export { buildApp, type TraceViewer, type TraceViewerDeps } from './app.ts'
export { TraceViewerConfig } from './config.ts'

export { forwardedHeaderNames, headerGroups } from './headers.ts'
export { forwardHeaders, withEndUser, type ForwardHeaders } from './forward.ts'
export { logIds, type LogIds } from './log-ids.ts'

/** For programs that are not tests: these modules need no vitest. */
export { forwardGateway } from './gateway.ts'
export { forward, kubectl } from './kubectl.ts'
export { lessonPath } from './lesson.ts'
export { applyCombination, machineInTraceMode, waitForDeployments } from './overlay.ts'

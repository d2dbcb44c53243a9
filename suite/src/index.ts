export { Failure } from './failure.ts'
export { launch, type LaunchOptions } from './launch.ts'
export { placeSuite, type Place } from './topology.ts'

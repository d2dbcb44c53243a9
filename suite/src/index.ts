export { Failure } from '@bookinfo/cli'
export { launch, type LaunchOptions } from './launch.ts'
export { placeSuite, type Place } from './topology.ts'

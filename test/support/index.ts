export * from '@bookinfo/service-kit/testing'
export * from './substrate.ts'
export * from './suite.ts'
export * from './sign-in.ts'

export * from '@bookinfo/service-kit/testing'
export * from './suite.ts'
export * from './sign-in.ts'

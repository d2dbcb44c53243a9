export * from './sign-in.ts'
export * from './stars-form.ts'
export * from './suite.ts'
export * from './witness.ts'

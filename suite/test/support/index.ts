export { freeBasePort } from './ports.ts'
export { startProgram, type Program } from './program.ts'
export { copyRepository } from './repository.ts'

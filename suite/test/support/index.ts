export { freeBasePort } from './ports.ts'
export { openLessonMesh, type LessonMesh } from './lesson-mesh.ts'
export { startProgram, type Program } from './program.ts'
export { copyRepository } from './repository.ts'

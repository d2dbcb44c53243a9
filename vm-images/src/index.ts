export { chooseAccelerator } from './accelerator.ts'
export { ownArchitecture } from './architecture.ts'
export { serviceLines } from './console.ts'
export { containerDiskTools } from './container-disk.ts'
export { requireDataDisk } from './data-disk.ts'
export { diskTools } from './disk.ts'
export { filesOf, imageNames, readImage } from './image.ts'
export { startMachine, type Machine, type MachineOptions } from './machine.ts'
export type { Network } from './qemu.ts'
export { qemuTools } from './qemu-tools.ts'
export { seedTools, settingsAsUserData, type Seed } from './seed.ts'
export {
  HOST_SEEN_FROM_GUEST,
  startServiceMachine,
  untilReady,
  untilServiceReady,
  type ServiceMachineOptions
} from './service-machine.ts'

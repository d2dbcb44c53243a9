import type { Architecture } from './architecture.ts'
import type { SeedMedium } from './seed.ts'
import { firmwareFiles, type Firmware } from './qemu-tools.ts'

export interface Hardware {
  architecture: Architecture['name']
  accelerator: 'kvm' | 'tcg'
  firmware: Firmware
  memoryMiB: number
  cpus: number
  /** The machine's disk: a writable qcow2. */
  disk: string
  /** The bus of the machine's disk; virtio if absent. */
  diskBus?: 'virtio' | 'scsi' | 'sata'
  /** What `writeSeed` wrote. */
  seed?: SeedMedium
  /** A second disk that outlives the machine: raw, with the serial number `data`. */
  data?: string
  network: Network
  /** Folder for the sockets. */
  folder: string
  /** A state to go on from, kept with `savevm`. */
  snapshot?: string
}

/**
 * QEMU's own network, or a tap device. In QEMU's network the guest reaches the host as 10.0.2.1, and a port of the host leads
 * to a port of the guest.
 */
export type Network = { host: string; port: number; guestPort: number; mac?: string } | { tap: string; mac: string }

const machines = { amd64: 'q35', arm64: 'virt' }
/**
 * The emulated processors. Five-level page tables, guards between user and kernel memory, and string instructions slow an
 * emulator down: without them a PC starts in 95 % of the time. QEMU's own checksum in place of the cipher that signs pointers
 * cuts the start of an ARM to a little more than half.
 */
const processors = { amd64: 'max,la57=off,smap=off,erms=off,fsrm=off', arm64: 'max,pauth-impdef=on' }

/** The name of the machine's own copy of the firmware's variables in its folder. */
export const VARIABLES = 'variables.fd'

const diskDevices = {
  virtio: ['virtio-blk-pci-non-transitional,drive=root,bootindex=1'],
  scsi: ['virtio-scsi-pci-non-transitional', 'scsi-hd,drive=root,bootindex=1'],
  // The PC's board has the controller.
  sata: ['ide-hd,drive=root,bus=ide.0,bootindex=1']
}

/** Names of the sockets in the machine's folder. */
export const sockets = { monitor: 'monitor', agent: 'agent' }

/** A machine like KubeVirt's: modern virtio devices, a serial console and a channel for the guest agent. */
export function qemuArguments(hardware: Hardware): string[] {
  const { architecture, accelerator, firmware, memoryMiB, cpus, disk, data, seed, folder, snapshot } = hardware
  const device = (name: string) => `${name}-pci-non-transitional`
  const files = firmwareFiles(architecture, firmware)
  const isSecure = files?.variables !== undefined
  const options: [name: string, value: string][] = [
    ['machine', `${machines[architecture]}${isSecure ? ',smm=on' : ''}`],
    // The whole guest's translated code fits into 256 MiB; the default takes a gigabyte.
    ['accel', accelerator === 'tcg' ? 'tcg,tb-size=256' : 'kvm'],
    ['cpu', accelerator === 'tcg' ? processors[architecture] : 'host'],
    ['m', String(memoryMiB)],
    ['smp', String(cpus)],
    ['display', 'none'],
    ['blockdev', `driver=qcow2,node-name=root,discard=unmap,file.driver=file,file.filename=${escape(disk)}`],
    ...diskDevices[hardware.diskBus ?? 'virtio'].map((value): [string, string] => ['device', value]),
    ['device', 'virtio-rng-pci'],
    ['device', device('virtio-serial')],
    ['chardev', `socket,id=agent,path=${escape(`${folder}/${sockets.agent}`)},server=on,wait=off`],
    ['device', 'virtserialport,chardev=agent,name=org.qemu.guest_agent.0'],
    ['chardev', `socket,id=monitor,path=${escape(`${folder}/${sockets.monitor}`)},server=on,wait=off`],
    ['mon', 'chardev=monitor,mode=control'],
    ['serial', 'stdio'],
    ...networkOptions(hardware.network, device('virtio-net'))
  ]
  if (seed !== undefined) {
    const path = escape(seed.path)
    const file = seed.isFolder
      ? `driver=vvfat,dir=${path},label=${seed.label},floppy=on`
      : `driver=file,filename=${path}`
    options.push(
      ['blockdev', `${file},node-name=seed-file,read-only=on`],
      ['blockdev', 'driver=raw,node-name=seed,read-only=on,file=seed-file'],
      ['device', `${seed.bus === 'sata' ? 'ide-cd,bus=ide.1' : device('virtio-blk')},drive=seed`]
    )
  }
  if (data !== undefined) {
    options.push(
      ['blockdev', `driver=raw,node-name=data,discard=unmap,file.driver=file,file.filename=${escape(data)}`],
      ['device', `${device('virtio-blk')},drive=data,serial=data`]
    )
  }
  if (files) options.push(['drive', `if=pflash,unit=0,format=raw,readonly=on,file=${escape(files.code)}`])
  if (isSecure) {
    options.push(
      ['drive', `if=pflash,unit=1,format=raw,file=${escape(`${folder}/${VARIABLES}`)}`],
      ['global', 'driver=cfi.pflash01,property=secure,value=on']
    )
  }
  if (snapshot !== undefined) options.push(['loadvm', snapshot])
  return ['-nodefaults', '-no-user-config', ...options.flatMap(([name, value]) => [`-${name}`, value])]
}

function networkOptions(network: Network, card: string): [string, string][] {
  if ('tap' in network) {
    return [
      ['netdev', `tap,id=net,ifname=${network.tap},script=no,downscript=no`],
      ['device', `${card},netdev=net,mac=${network.mac},romfile=`]
    ]
  }
  // The guest's address is the same behind KubeVirt's masquerade.
  const addresses = 'net=10.0.2.0/24,host=10.0.2.1,dns=10.0.2.3,dhcpstart=10.0.2.2'
  const { host, port, guestPort, mac } = network
  return [
    ['netdev', `user,id=net,${addresses},hostfwd=tcp:${host}:${port}-10.0.2.2:${guestPort}`],
    ['device', `${card},netdev=net,romfile=${mac === undefined ? '' : `,mac=${mac}`}`]
  ]
}

/** Commas separate QEMU's options. A comma within a value is doubled. */
function escape(value: string): string {
  return value.replaceAll(',', ',,')
}

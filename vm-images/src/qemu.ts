import type { Architecture } from './architecture.ts'
import { firmwareFile, type Firmware } from './qemu-tools.ts'

export interface Hardware {
  architecture: Architecture['name']
  accelerator: 'kvm' | 'tcg'
  firmware: Firmware
  memoryMiB: number
  cpus: number
  /** The machine's disk: a qcow2 that may be written to. */
  disk: string
  /** The seed's ISO. */
  seed?: string
  /** A second disk, which outlives the machine: a raw one, whose serial number is `data`. */
  data?: string
  network: Network
  /** Folder for the sockets. */
  folder: string
  /** A state to go on from, kept with `savevm`. */
  snapshot?: string
}

/**
 * QEMU's own network, in which the guest reaches the host as 10.0.2.1, with a port of the host that leads to one of the guest;
 * or a tap device that is there.
 */
export type Network = { host: string; port: number; guestPort: number } | { tap: string; mac: string }

const machines = { amd64: 'q35', arm64: 'virt' }
/**
 * What is emulated. Without 5-level page tables, guards between user and kernel memory, and string instructions, all of which
 * cost an emulator more than they save, a PC starts a twentieth sooner; with a sum of QEMU's own in place of the cipher that
 * signs pointers, an ARM in a little more than half the time.
 */
const processors = { amd64: 'max,la57=off,smap=off,erms=off,fsrm=off', arm64: 'max,pauth-impdef=on' }

/** Names of the sockets in the machine's folder. */
export const sockets = { monitor: 'monitor', agent: 'agent' }

/** A machine as KubeVirt makes it: virtio devices without their legacy parts, a serial console, a channel for the guest's agent. */
export function qemuArguments(hardware: Hardware): string[] {
  const { architecture, accelerator, firmware, memoryMiB, cpus, disk, data, seed, folder, snapshot } = hardware
  const device = (name: string) => `${name}-pci-non-transitional`
  const options: [name: string, value: string][] = [
    ['machine', machines[architecture]],
    // Translated code has room for all of it, where memory is dear.
    ['accel', accelerator === 'tcg' ? 'tcg,tb-size=256' : 'kvm'],
    ['cpu', accelerator === 'tcg' ? processors[architecture] : 'host'],
    ['m', String(memoryMiB)],
    ['smp', String(cpus)],
    ['display', 'none'],
    ['blockdev', `driver=qcow2,node-name=root,discard=unmap,file.driver=file,file.filename=${escape(disk)}`],
    ['device', `${device('virtio-blk')},drive=root,bootindex=1`],
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
    options.push(
      ['blockdev', `driver=raw,node-name=seed,read-only=on,file.driver=file,file.filename=${escape(seed)}`],
      ['device', `${device('virtio-blk')},drive=seed`]
    )
  }
  if (data !== undefined) {
    options.push(
      ['blockdev', `driver=raw,node-name=data,discard=unmap,file.driver=file,file.filename=${escape(data)}`],
      ['device', `${device('virtio-blk')},drive=data,serial=data`]
    )
  }
  const code = firmwareFile(architecture, firmware)
  if (code !== undefined) options.push(['drive', `if=pflash,unit=0,format=raw,readonly=on,file=${escape(code)}`])
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
  // The guest has the address that it has behind KubeVirt's masquerade.
  const addresses = 'net=10.0.2.0/24,host=10.0.2.1,dns=10.0.2.3,dhcpstart=10.0.2.2'
  const { host, port, guestPort } = network
  return [
    ['netdev', `user,id=net,${addresses},hostfwd=tcp:${host}:${port}-10.0.2.2:${guestPort}`],
    ['device', `${card},netdev=net,romfile=`]
  ]
}

/** QEMU's options are separated by commas; one within a value stands twice. */
function escape(value: string): string {
  return value.replaceAll(',', ',,')
}

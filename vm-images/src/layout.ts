/**
 * Where things are on the disk. The identifiers are drawn once for all builds, so that two builds give equal bytes: every
 * machine finds its root by them, as machines do that were copied from one disk.
 */
export const layout = {
  ESP_ID: '0b00c1f0',
  ESP_UUID: '6a1e0b3c-7d0f-4c1e-9a55-0b00c1f0de75',
  /** Room for logs and what user-data brings; with a larger disk it grows at the first boot. */
  ROOT_MIB: '622',
  ROOT_UUID: '5a1e0b3c-7d0f-4c1e-9a55-0b00c1f0de75',
  DISK_UUID: '4a1e0b3c-7d0f-4c1e-9a55-0b00c1f0de75'
}

/** What the kernel is told: the last console is the one that the machine's own log goes to. */
export function kernelOptions(console: string): string {
  // Without BPF among them: systemd would load a program for it at every start, which nothing here asks for. The others that are
  // left out do nothing without a policy of their own.
  const securityModules = 'lockdown,capability,landlock,yama,apparmor'
  return `root=UUID=${layout.ROOT_UUID} rw console=tty0 console=${console} lsm=${securityModules} quiet`
}

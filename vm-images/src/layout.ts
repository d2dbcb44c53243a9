/** The layout of the disk. Fixed identifiers make two builds give the same bytes; the machine finds its root by them. */
export const layout = {
  ESP_ID: '0b00c1f0',
  ESP_UUID: '6a1e0b3c-7d0f-4c1e-9a55-0b00c1f0de75',
  /** Has room for logs and the files of user-data. On a larger disk it grows at the first boot. */
  ROOT_MIB: '622',
  ROOT_UUID: '5a1e0b3c-7d0f-4c1e-9a55-0b00c1f0de75',
  DISK_UUID: '4a1e0b3c-7d0f-4c1e-9a55-0b00c1f0de75'
}

/** The kernel's command line. The log goes to the last console. */
export function kernelOptions(console: string): string {
  // BPF is left out, because systemd would load a program for it at every start. The other modules do nothing without a policy.
  const securityModules = 'lockdown,capability,landlock,yama,apparmor'
  return `root=UUID=${layout.ROOT_UUID} rw console=tty0 console=${console} lsm=${securityModules} quiet`
}

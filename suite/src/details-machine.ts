import type { Change } from './topology.ts'

/** What else details can run in than a process. */
export const detailsHomes = ['vm'] as const
export type DetailsHome = (typeof detailsHomes)[number]

/** An emulated machine on a busy host boots in minutes. */
export const MACHINE_READY_MS = 600_000

/** Longer than the program of the machine waits for it to power off. */
const MACHINE_STOP_MS = 185_000

/** The host's address in QEMU's network: `HOST_SEEN_FROM_GUEST` of vm-images. */
const HOST_SEEN_FROM_MACHINE = '10.0.2.1'

/**
 * Lets the trace viewer take spans from the machine, whose requests name the host by its address in the machine's network.
 * The names that the user allows stay.
 */
export function allowMachine(home: DetailsHome, env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  switch (home) {
    case 'vm':
      return { ALLOWED_HOSTS: [env['ALLOWED_HOSTS'], HOST_SEEN_FROM_MACHINE].filter(Boolean).join(',') }
    default:
      return home satisfies never
  }
}

/** What `--details vm` changes of the suite. The program says itself if the machine is not built, or QEMU is missing. */
export function changeDetails(home: DetailsHome): Change {
  switch (home) {
    case 'vm':
      return {
        purpose: 'facts about a book, in a virtual machine',
        script: 'vm-images/src/vm-service.ts',
        stopMs: MACHINE_STOP_MS
      }
    default:
      return home satisfies never
  }
}

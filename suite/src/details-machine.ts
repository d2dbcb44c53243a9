import type { Change } from './topology.ts'

/** What else details can run in than a process. */
export const detailsHomes = ['vm'] as const
export type DetailsHome = (typeof detailsHomes)[number]

/** An emulated machine on a busy host boots in minutes. */
export const MACHINE_READY_MS = 600_000

/** Switching a machine off takes some seconds where it is emulated. */
const MACHINE_STOP_MS = 65_000

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

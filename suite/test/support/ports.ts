import { randomInt } from 'node:crypto'
import { connect } from 'node:net'
import { checkPorts } from '../../src/ports.ts'
import { placeSuite } from '../../src/topology.ts'

/** Below the ports that systems hand out by themselves. */
const RANGE = [20_000, 30_000] as const

/** A base port whose six ports are free. */
export async function freeBasePort(): Promise<number> {
  for (;;) {
    const basePort = randomInt(...RANGE)
    try {
      await checkPorts(placeSuite(basePort))
      return basePort
    } catch {
      // One of them is taken: draw again.
    }
  }
}

/** Those of the suite's ports that something listens on. */
export async function openPorts(basePort: number): Promise<number[]> {
  const ports = placeSuite(basePort).map(({ port }) => port)
  const open = await Promise.all(ports.map(isOpen))
  return ports.filter((_port, index) => open[index])
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })
}

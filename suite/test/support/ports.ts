import { randomInt } from 'node:crypto'
import { connect } from 'node:net'
import { checkPorts, findProblem } from '../../src/ports.ts'
import { placeSuite, placeViewer } from '../../src/topology.ts'

/** Below the ports that systems hand out by themselves. */
const RANGE = [20_000, 30_000] as const

/** A base port whose ports are free, the trace viewer's too. */
export async function freeBasePort(): Promise<number> {
  for (;;) {
    const basePort = randomInt(...RANGE)
    try {
      await checkPorts(placeSuite(basePort))
      const { port, otlpPort } = placeViewer(basePort)
      const problems = await Promise.all([findProblem(port), findProblem(otlpPort)])
      if (problems.every((problem) => problem === undefined)) return basePort
    } catch {
      // One of them is taken: draw again.
    }
  }
}

/** Those of the suite's ports that something listens on. */
export async function openPorts(basePort: number): Promise<number[]> {
  const { port: viewerPort, otlpPort } = placeViewer(basePort)
  const ports = [...placeSuite(basePort).map(({ port }) => port), viewerPort, otlpPort]
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

import { randomInt } from 'node:crypto'
import { connect, createServer } from 'node:net'
import { checkPorts, findProblem } from '../../src/ports.ts'
import { placeSuite, placeViewer } from '../../src/topology.ts'

/** Below the ports that systems hand out by themselves. */
const RANGE = [20_000, 30_000] as const

/** A suite's ports and its trace viewer's, and the last, which says that they are taken. */
const BLOCK = 10

/**
 * A base port whose ports are free, the trace viewer's too, and which nobody else draws while this process runs: tests in
 * other processes start suites at the same time, and one that found another's port open would take it for its own.
 */
export async function freeBasePort(): Promise<number> {
  for (;;) {
    const basePort = BLOCK * randomInt(RANGE[0] / BLOCK, RANGE[1] / BLOCK)
    if (!(await canTake(basePort + BLOCK - 1))) continue
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

/** Listens on the port until this process ends, if nobody else does. */
function canTake(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const server = createServer().unref()
  server.on('error', () => resolve(false)).listen({ host: '127.0.0.1', port }, () => resolve(true))
  return promise
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

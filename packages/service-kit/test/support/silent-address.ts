import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'

/** Listens and then blocks its thread, so that nothing is accepted. */
const listenAndBlock = `
  const { parentPort, workerData } = require('node:worker_threads')
  const server = require('node:net').createServer().listen({ ...workerData, backlog: 1 }, () => {
    parentPort.postMessage('listening')
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0))
  })`

/** Makes an address of this machine unreachable: its queue of connections is full, so that the kernel ignores new ones. */
export async function silence(address: { host: string; port: number }): Promise<AsyncDisposable> {
  const worker = new Worker(listenAndBlock, { eval: true, workerData: address })
  await once(worker, 'message')
  const sockets: Socket[] = []
  for (;;) {
    const socket = connect(address).on('error', () => undefined)
    sockets.push(socket)
    const isIgnored = await Promise.race([once(socket, 'connect').then(() => false), sleep(200, true)])
    if (isIgnored) break
  }
  return {
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await worker.terminate()
    }
  }
}

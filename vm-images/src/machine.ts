import { Failure, run } from '@bookinfo/images'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectJsonPeer, type JsonPeer } from './json-lines.ts'
import { qemuArguments, sockets, type Hardware } from './qemu.ts'
import { emulatorFor } from './qemu-tools.ts'
import { writeSeed, type Seed } from './seed.ts'

export interface MachineOptions extends Omit<Hardware, 'disk' | 'seed' | 'folder'> {
  /** The image, or what `saveTo` wrote. The machine writes to a layer above it, or a copy, which goes with the machine. */
  image: string
  /** The network namespace to run in; that of this process if undefined. */
  namespace?: string
  seed?: Seed
  /** Gets what the machine writes to its serial console. */
  onConsole?: (text: string) => void
}

/** A running virtual machine; disposing of it pulls the plug. */
export interface Machine extends AsyncDisposable {
  pid: number
  /** All that it has written to its console so far. */
  console(): string
  monitor: JsonPeer
  /** Asks the agent in the guest. */
  askAgent(command: string, args?: Record<string, unknown>): Promise<unknown>
  /** Keeps its state, `snapshot` by name, on a disk from which others can go on; it ends by that. */
  saveTo(file: string, snapshot: string): Promise<void>
  /** Presses the power button, and waits until the machine is off. */
  powerOff(timeoutMs: number): Promise<void>
  /** Resolves when QEMU is gone, with how it ended in words. */
  ended: Promise<string>
}

/** A guest under emulation on a busy host takes its time. */
const ANSWER_MS = 180_000

/** A guest that answers may still be booting, and notice its power button only later: nobody tells it of a press in between. */
const PRESS_AGAIN_MS = 5_000

/** @throws Failure with QEMU's own words if it does not start */
export async function startMachine(options: MachineOptions): Promise<Machine> {
  const { image, seed, onConsole, namespace, ...hardware } = options
  await using starting = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'bookinfo-machine-'))
  starting.defer(() => rm(folder, { recursive: true, force: true }))
  const disk = join(folder, 'disk.qcow2')
  if (hardware.snapshot === undefined)
    await run('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', image, disk])
  else await copyFile(image, disk)
  const seedFile = join(folder, 'seed.iso')
  if (seed) await writeSeed(seedFile, seed)

  const program = emulatorFor(hardware.architecture)
  const args = qemuArguments({ ...hardware, disk, folder, ...(seed && { seed: seedFile }) })
  const within = namespace === undefined ? [] : ['netns', 'exec', namespace, program]
  const qemu = spawn(namespace === undefined ? program : 'ip', [...within, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // The terminal's Ctrl-C is for whoever started the machine, to switch it off in order.
    detached: true
  })
  let written = ''
  let complaints = ''
  qemu.stdout.setEncoding('utf8').on('data', (text: string) => {
    written += text
    onConsole?.(text)
  })
  qemu.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text))
  const ended = once(qemu, 'close').then(([code, signal]: unknown[]) => {
    const how = typeof signal === 'string' ? `signal ${signal}` : `status ${String(code)}`
    return complaints === '' ? how : `${how}: ${complaints.trim()}`
  }, String)
  starting.defer(async () => {
    qemu.kill('SIGKILL')
    await ended
  })
  const monitor = starting.use(await connectJsonPeer(join(folder, sockets.monitor), { timeoutMs: ANSWER_MS, ended }))
  await monitor.ask('qmp_capabilities')
  const running = starting.move()
  return {
    pid: qemu.pid ?? 0,
    console: () => written,
    monitor,
    async askAgent(command, question) {
      await using agent = await connectJsonPeer(join(folder, sockets.agent), { timeoutMs: ANSWER_MS, ended })
      return await agent.ask(command, question)
    },
    async saveTo(file, snapshot) {
      const refusal = await monitor.ask('human-monitor-command', { 'command-line': `savevm ${snapshot}` })
      if (refusal !== '') throw new Failure(`the virtual machine's state cannot be kept: ${String(refusal)}`)
      await monitor.ask('quit')
      await ended
      await copyFile(disk, file)
    },
    async powerOff(timeoutMs) {
      const outcome = Promise.race([ended, sleep(timeoutMs, 'late', { ref: false })])
      const patience = (): Promise<string> => sleep(PRESS_AGAIN_MS, 'again', { ref: false })
      // A machine that goes off at this moment answers no press; how it ends decides.
      do await monitor.ask('system_powerdown').catch(() => undefined)
      while ((await Promise.race([outcome, patience()])) === 'again')
      if ((await outcome) === 'late') throw new Failure(`the virtual machine was not off after ${timeoutMs} ms`)
    },
    ended,
    [Symbol.asyncDispose]: () => running.disposeAsync()
  }
}

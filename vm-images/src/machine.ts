import { Failure, run } from '@bookinfo/cli'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectJsonPeer, type JsonPeer } from './json-lines.ts'
import { qemuArguments, sockets, VARIABLES, type Hardware } from './qemu.ts'
import { emulatorFor, firmwareFiles } from './qemu-tools.ts'
import { writeSeed, type Seed } from './seed.ts'

export interface MachineOptions extends Omit<Hardware, 'disk' | 'seed' | 'folder'> {
  /** The image, or what `saveTo` wrote. The machine does not change it. */
  image: string
  /** The file for the machine's changes, a layer above the image. If absent, the changes are lost when the machine ends. */
  layer?: string
  /** The network namespace to run in; that of this process if undefined. */
  namespace?: string
  seed?: Seed
  /** Gets what the machine writes to its serial console. */
  onConsole?: (text: string) => void
}

/** A running virtual machine; disposing of it cuts its power. */
export interface Machine extends AsyncDisposable {
  pid: number
  /** The text that it has written to its console so far. */
  console(): string
  monitor: JsonPeer
  /** Asks the agent in the guest. */
  askAgent(command: string, args?: Record<string, unknown>): Promise<unknown>
  /** Ends the machine and writes its disk with a snapshot of its memory to a file. Another machine can resume it. */
  saveTo(file: string, snapshot: string): Promise<void>
  /** Presses the power button, and waits until the machine is off. */
  powerOff(timeoutMs?: number): Promise<void>
  /** Resolves when QEMU has ended, with its exit status and its error messages. */
  ended: Promise<string>
}

/** An emulated guest on a busy host is slow. */
const ANSWER_MS = 600_000
const POWER_OFF_MS = 180_000

/** A guest that is still booting does not notice a press of its power button, so the press is repeated. */
const PRESS_AGAIN_MS = 5_000

/** @throws Failure with QEMU's error message if it does not start */
export async function startMachine(options: MachineOptions): Promise<Machine> {
  const { image, layer, seed, onConsole, namespace, ...hardware } = options
  await using starting = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'bookinfo-machine-'))
  starting.defer(() => rm(folder, { recursive: true, force: true }))
  const disk = layer ?? join(folder, 'disk.qcow2')
  if (hardware.snapshot !== undefined) await copyFile(image, disk)
  else if (!existsSync(disk)) await run('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', image, disk])
  const variables = firmwareFiles(hardware.architecture, hardware.firmware)?.variables
  if (variables !== undefined) await copyFile(variables, join(folder, VARIABLES))
  const medium = seed && (await writeSeed(join(folder, 'seed'), seed))

  const program = emulatorFor(hardware.architecture)
  const args = qemuArguments({ ...hardware, disk, folder, ...(medium && { seed: medium }) })
  const within = namespace === undefined ? [] : ['netns', 'exec', namespace, program]
  const qemu = spawn(namespace === undefined ? program : 'ip', [...within, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C in the terminal must not reach QEMU: its parent switches the machine off in order.
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
    async powerOff(timeoutMs = POWER_OFF_MS) {
      const outcome = Promise.race([ended, sleep(timeoutMs, 'late', { ref: false })])
      const patience = (): Promise<string> => sleep(PRESS_AGAIN_MS, 'again', { ref: false })
      // A machine that has just ended does not answer; `ended` decides.
      do await monitor.ask('system_powerdown').catch(() => undefined)
      while ((await Promise.race([outcome, patience()])) === 'again')
      if ((await outcome) === 'late') throw new Failure(`the virtual machine was not off after ${timeoutMs} ms`)
    },
    ended,
    [Symbol.asyncDispose]: () => running.disposeAsync()
  }
}

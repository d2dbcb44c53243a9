import { spawn } from 'node:child_process'
import { once } from 'node:events'

const PROGRAM =
  'process.on("disconnect", () => process.exit()); setInterval(() => { for (const end = Date.now() + 900; Date.now() < end; ); }, 0)'

/** Starts busy processes on a core: others there get less of it. With three, one other process has a quarter. */
export function keepBusy(core: number, processes: number): AsyncDisposable {
  const busy = Array.from({ length: processes }, () => {
    // With a channel, so that it ends when this process has gone.
    const stdio: ['ignore', 'ignore', 'ignore', 'ipc'] = ['ignore', 'ignore', 'ignore', 'ipc']
    const child = spawn('taskset', ['-c', String(core), process.execPath, '-e', PROGRAM], { stdio })
    return { child, exit: once(child, 'exit') }
  })
  return {
    async [Symbol.asyncDispose]() {
      for (const { child } of busy) child.kill('SIGKILL')
      await Promise.all(busy.map(({ exit }) => exit))
    }
  }
}

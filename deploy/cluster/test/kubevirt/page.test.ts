import { afterAll, expect, test } from 'vitest'
import { MACHINE } from '../support/machine.ts'
import { removeOverlay } from '../support/overlay.ts'
import { commandsOf, execute } from '../support/page.ts'
import { until } from '../support/poll.ts'
import { readerAt } from '../support/reader.ts'

afterAll(() => removeOverlay('kubevirt'))

test('the commands of the lesson bring the machine up, and open page and traces', async () => {
  expect.hasAssertions()
  await using opened = new AsyncDisposableStack()
  for (const command of commandsOf('deploy/lessons/virtual-machine/README.md')) {
    opened.defer(await execute(command))
  }
  const reader = readerAt('http://localhost:8080')
  await until(async () => (await reader.ask('/productpage')).body).toContain('ISBN-10')
  // The only details here are in the machine.
  const jaeger = readerAt('http://localhost:16686')
  const trace = async () => {
    await reader.ask('/productpage')
    return (await jaeger.ask('/api/traces?service=details.bookinfo&lookback=1h&limit=1')).body
  }
  await until(trace).toContain(`virt-launcher-${MACHINE}`)
})

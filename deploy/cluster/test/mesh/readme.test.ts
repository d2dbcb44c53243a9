import { afterAll, expect, test } from 'vitest'
import { kubectl } from '../support/kubectl.ts'
import { removeOverlay } from '../support/overlay.ts'
import { readerAt } from '../support/reader.ts'
import { commandsOf, execute } from '../support/page.ts'
import { until } from '../support/poll.ts'

/** Commands of the page that are not run, and why not. */
const notRun: [RegExp, string][] = [
  [/^npm run images|^kind /, 'the cluster has the images already, and is no cluster of kind'],
  [/^istioctl /, 'the cluster has Istio already, with the settings of the same file'],
  [/\boc /, 'they need OpenShift'],
  [/kubevirt|hybrid|details-vm|vm:build|\/details/, 'they need KubeVirt: npm run test:kubevirt'],
  [/databases|mysql/, 'the databases are published as images only']
]

const run = commandsOf('deploy/README.md').filter((command) => !notRun.some(([pattern]) => pattern.test(command)))

afterAll(() => removeOverlay('istio'))

test('commands that are not run are on the page', () => {
  const commands = commandsOf('deploy/README.md')
  expect(notRun.filter(([pattern]) => !commands.some((command) => pattern.test(command)))).toEqual([])
})

test('the commands of deploy/README.md bring up the suite, open page and traces, and remove all', async () => {
  await using opened = new AsyncDisposableStack()
  const removal = run.filter((command) => command.startsWith('kubectl delete'))
  for (const command of run.filter((each) => !removal.includes(each))) opened.defer(await execute(command))

  const reader = readerAt('http://localhost:8080')
  await until(async () => (await reader.ask('/productpage')).body).toContain('<title>')
  const jaeger = readerAt('http://localhost:16686')
  // Sidecars send their spans every five seconds.
  await until(async () => (await jaeger.ask('/api/services')).body).toContain('"productpage.bookinfo"')
  await opened.disposeAsync()

  for (const command of removal) await execute(command)
  const { stdout } = await kubectl(['get', 'namespace', 'bookinfo', '--ignore-not-found'])
  expect(removal).toHaveLength(2)
  expect(stdout).toBe('')
})

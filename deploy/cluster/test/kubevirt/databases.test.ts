import { afterAll, beforeAll, expect, test } from 'vitest'
import { forwardGateway } from '../support/gateway.ts'
import { kubectl } from '../support/kubectl.ts'
import { lessonPath } from '../support/lesson.ts'
import { restartMachine } from '../support/machine.ts'
import { removeOverlay, waitForDeployments } from '../support/overlay.ts'
import { commandsOf, execute } from '../support/page.ts'
import { until } from '../support/poll.ts'
import { readerAt, type Reader } from '../support/reader.ts'
import { product, seeOnly } from '../support/see.ts'
import { giveVolume } from '../support/volume.ts'

const DATABASE = 'mysqldb-v1-vm'
const CLOSED = lessonPath('databases/mysql-closed.yaml')

let volume: AsyncDisposable

beforeAll(async () => {
  volume = await giveVolume('mysqldb-data', '2Gi')
  // One shell for all of them, because one command sets a variable.
  await execute(commandsOf('deploy/overlays/kubevirt-databases/README.md').join('\n'))
  await waitForDeployments()
})
afterAll(async () => {
  await removeOverlay('kubevirt-databases')
  await volume[Symbol.asyncDispose]()
})

test('stars that a reader gives are in the machine of the database, and survive its restart', async () => {
  await using way = await forwardGateway('istio')
  const reader = readerAt(way.url)
  await seeOnly(reader, 'red')
  const jason = await reader.signIn('jason')
  const given = { id: 0, ratings: { Reviewer1: 5, Reviewer2: 4, jason: 2 } }
  expect(await jason.giveStars(2)).toMatchObject({ status: 200 })
  expect(await starsOf(reader)).toEqual(given)

  const started = performance.now()
  const restart = restartMachine(DATABASE)
  await until(() => reader.stars(1)).toEqual(['no ratings'])
  const pods = ['pod', '--selector=version=v2-mysql-vm']
  await kubectl(['-n', 'bookinfo', 'wait', '--for=condition=ready=false', ...pods, '--timeout=60s'])
  await restart
  await seeOnly(reader, 'red')
  process.stdout.write(`  stars again after ${Math.round((performance.now() - started) / 1000)} s\n`)
  expect(await starsOf(reader)).toEqual(given)
})

test('databases/mysql-closed.yaml', async () => {
  expect.hasAssertions()
  await using way = await forwardGateway('istio')
  const reader = readerAt(way.url)
  await seeOnly(reader, 'red')
  try {
    await kubectl(['apply', '-f', CLOSED])
    await seeOnly(reader, 'no ratings')
  } finally {
    await kubectl(['delete', '-f', CLOSED])
  }
  await seeOnly(reader, 'red')
})

async function starsOf(reader: Reader): Promise<unknown> {
  return JSON.parse((await reader.ask(`${product}/ratings`)).body)
}

import { containerOptions, databases, workloads, worldNamed } from '@bookinfo/deploy-check'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ask,
  hasMongodb,
  mariadbPath,
  postgresPath,
  type ServerDatabase,
  startMariadb,
  startMongodb,
  startPostgres
} from '../support/index.ts'
import { podman } from '@bookinfo/images/testing'

interface Kind {
  pod: string
  /** The Service of its database. */
  host: string
  start: () => Promise<ServerDatabase>
  /** Which key of which Secret it mounts, and what a person would put into it. */
  secret: (env: ServerDatabase['env']) => { key: string; value: string }
}

const kinds: readonly Kind[] = [
  ...(!hasMongodb
    ? []
    : [
        {
          pod: 'ratings-v2',
          host: 'mongodb',
          start: startMongodb,
          secret: ({ MONGO_DB_URL = '' }) => ({
            key: 'mongodb-credentials/url',
            value: MONGO_DB_URL.replace(/@127\.0\.0\.1:\d+/, '@mongodb:27017')
          })
        }
      ]),
  ...(mariadbPath === ''
    ? []
    : [
        {
          pod: 'ratings-v2-mysql',
          host: 'mysqldb',
          start: startMariadb,
          secret: ({ MYSQL_DB_PASSWORD = '' }) => ({ key: 'mysql-credentials/password', value: MYSQL_DB_PASSWORD })
        }
      ]),
  ...(postgresPath === ''
    ? []
    : [
        {
          pod: 'ratings-v2-postgres',
          host: 'postgresdb',
          start: startPostgres,
          secret: ({ POSTGRES_DB_PASSWORD = '' }) => ({
            key: 'postgres-credentials/password',
            value: POSTGRES_DB_PASSWORD
          })
        }
      ])
]

/** The pods of ratings v2 as they are rendered, with their Secret mounted, as a user that OpenShift has chosen. */
describe.each(kinds)('the pod $pod, without a cluster', ({ pod, host, start, secret }) => {
  const world = worldNamed('istio-databases')
  const network = `127.${randomInt(1, 255)}.${randomInt(1, 255)}`
  const name = `bookinfo-${pod}-${network}`
  const origin = `http://${network}.1:9080`
  const port = databases.find((each) => each.name === host)?.port ?? 0
  let database: ServerDatabase
  let service: Server
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bookinfo-secret-'))
    // As the kubelet mounts it: the user of the pod is not known to it.
    await chmod(folder, 0o755)
    database = await start()
    await database.createOriginal([5, 4])
    service = await serviceFor(database, `${network}.2`, port)
    const { key, value } = secret(database.env)
    const file = join(folder, 'key')
    await writeFile(file, value)
    const workload = workloads(world).find(({ manifest }) => manifest.name === pod)
    if (!workload) throw new Error(`there is no ${pod}`)
    const { image, options, env } = containerOptions(world, workload, { [key]: file })
    const settings = { ...env, HOST: `${network}.1`, HOSTNAME: pod }
    const { code, stderr } = await podman(
      '--runtime=runc',
      'run',
      '--detach',
      '--pull=never',
      `--name=${name}`,
      '--network=host',
      '--ulimit=nofile=1024:4096',
      '--ulimit=nproc=2048:4096',
      '--user=1000660000:0',
      ...options,
      `--add-host=${host}:${network}.2`,
      ...Object.entries(settings).map(([variable, setting]) => `--env=${variable}=${setting}`),
      `localhost/${image}`
    )
    if (code !== 0) throw new Error(stderr)
  })

  afterAll(async () => {
    await podman('rm', '--force', '--ignore', name)
    service.close()
    await database[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })

  test('keeps stars in the database that its Service leads to', async () => {
    await expect.poll(() => ask(origin, '/readyz').catch(String), { timeout: 60_000 }).toMatchObject({ status: 200 })
    expect(await ask(origin, '/ratings/0')).toMatchObject({ body: { id: 0, ratings: { Reviewer1: 5, Reviewer2: 4 } } })
    expect(await ask(origin, '/ratings/0', { method: 'POST', body: '{"jason":3}' })).toMatchObject({ status: 200 })
    await database.setOriginal(0, 1)
    expect(await ask(origin, '/ratings/0')).toMatchObject({
      body: { id: 0, ratings: { Reviewer1: 1, Reviewer2: 4, jason: 3 } }
    })
  })

  test('has the password in a file alone', async () => {
    const { value } = secret(database.env)
    const { stdout } = await podman('inspect', name)
    expect(stdout).toContain('_FILE=')
    expect(stdout).not.toContain(value)
    const { stdout: log } = await podman('logs', name)
    expect(log).toContain('ratings database is ready')
    expect(log).not.toContain(value)
  })
})

/** What a Service does: its own address and port, which lead to the pod. */
async function serviceFor({ port: target }: ServerDatabase, address: string, port: number): Promise<Server> {
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1')
    for (const end of [client, upstream]) end.on('error', () => end.destroy())
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
    client.pipe(upstream).pipe(client)
  })
  server.listen(port, address)
  await once(server, 'listening')
  return server
}

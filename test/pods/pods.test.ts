import {
  at,
  containerOptions,
  list,
  ofSuite,
  probePaths,
  text,
  worldNamed,
  type Workload
} from '@bookinfo/deploy-check'
import { randomInt } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { podman } from '@bookinfo/images/testing'

/** Who runs the pods: the image's own user, and one that OpenShift has chosen, with group 0. */
const substrates = {
  istio: { user: [], owner: { uid: '1000', gid: '1000' } },
  openshift: { user: ['--user=1000660000:0'], owner: { uid: '1000660000', gid: '0' } }
}

/** Limits by default are more than root may set where it is not almighty, and crun wants more of the host's control groups. */
const runc = ['--runtime', 'runc']
const modest = ['--ulimit=nofile=1024:4096', '--ulimit=nproc=2048:4096']

describe.each(Object.entries(substrates))('the pods of %s, without a cluster', (overlay, { user, owner }) => {
  const world = worldNamed(overlay)
  const pods = ofSuite(world)
  // Each pod has an address, and port 9080 there, as in a cluster: addresses of this machine's loopback, here.
  const network = `127.${randomInt(1, 255)}.${randomInt(1, 255)}`
  const address = new Map(pods.map(({ manifest }, index) => [manifest.name, `${network}.${index + 1}`]))
  const addressOf = (name: string) => address.get(name) ?? ''
  // What Services would do. Of reviews one version answers.
  const hosts = { details: 'details-v1', ratings: 'ratings-v1', reviews: 'reviews-v3' }
  const containerOf = (name: string) => `bookinfo-${overlay}-${name}-${network}`

  const start = async (pod: Workload) => {
    const { name } = pod.manifest
    const { image, options, env } = containerOptions(world, pod)
    const settings = { ...env, HOST: addressOf(name), HOSTNAME: `${name}-pod` }
    const { code, stderr } = await podman(
      ...runc,
      'run',
      '--detach',
      '--pull=never',
      `--name=${containerOf(name)}`,
      '--network=host',
      ...modest,
      ...options,
      ...user,
      ...Object.entries(hosts).map(([host, target]) => `--add-host=${host}:${addressOf(target)}`),
      ...Object.entries(settings).map(([key, value]) => `--env=${key}=${value}`),
      `localhost/${image}`
    )
    expect([code, stderr]).toEqual([0, ''])
  }

  beforeAll(async () => {
    await Promise.all(pods.map(start))
  })
  afterAll(async () => {
    for (const { manifest } of pods) await podman('rm', '--force', '--ignore', containerOf(manifest.name))
  })

  test.each(pods.map(({ manifest }) => manifest.name))(
    '%s starts within its startup probe, and is live and ready',
    async (name) => {
      const pod = pods.find(({ manifest }) => manifest.name === name)
      const [container] = list(at(pod?.spec, 'containers'))
      const startup = at(container, 'startupProbe')
      // Once a second, as the kubelet asks.
      const seconds = Number(at(startup, 'periodSeconds')) * Number(at(startup, 'failureThreshold'))
      const url = `http://${addressOf(name)}:9080${text(at(startup, 'httpGet.path'))}`
      await expect.poll(() => statusOf(url), { timeout: seconds * 1000, interval: 1000 }).toBe(200)
      for (const probe of Object.keys(probePaths)) {
        const path = text(at(container, `${probe}.httpGet.path`))
        expect((await fetch(`http://${addressOf(name)}:9080${path}`)).status).toBe(200)
      }
    }
  )

  test('nobody is root, or could become it', async () => {
    for (const { manifest } of pods) {
      const { stdout } = await podman('inspect', '--format', '{{.State.Pid}}', containerOf(manifest.name))
      const status = await readFile(`/proc/${stdout.trim()}/status`, 'utf8')
      const [, uid, gid] = /^Uid:\t(\d+).*\nGid:\t(\d+)/m.exec(status) ?? []
      const [, effective] = /^CapEff:\t([0-9a-f]+)$/m.exec(status) ?? []
      const [, bounding] = /^CapBnd:\t([0-9a-f]+)$/m.exec(status) ?? []
      expect({ name: manifest.name, uid, gid, effective, bounding }).toEqual({
        name: manifest.name,
        ...owner,
        effective: '0000000000000000',
        bounding: '0000000000000000'
      })
      // 2 is a filter: https://www.kernel.org/doc/html/latest/filesystems/proc.html
      expect(status).toMatch(/^NoNewPrivs:\t1$/m)
      expect(status).toMatch(/^Seccomp:\t2$/m)
    }
  })

  test('serve the page, with details and red stars', async () => {
    const page = await (await fetch(`http://${addressOf('productpage-v1')}:9080/productpage`)).text()
    expect(page).toContain('<title>Simple Bookstore App</title>')
    expect(page).toContain('reviews-v3-pod')
    expect(page).toContain('1234567890')
    expect(page).toContain('glyphicon glyphicon-star')
    expect(page).not.toContain('unavailable')
  })

  test('stay within their memory when many read at once', async () => {
    const read = async () => {
      for (let turn = 0; turn < 40; turn += 1) {
        const response = await fetch(`http://${addressOf('productpage-v1')}:9080/productpage`)
        expect(response.status).toBe(200)
        await response.arrayBuffer()
      }
    }
    await Promise.all(Array.from({ length: 16 }, read))
    for (const { manifest } of pods) {
      const { stdout } = await podman(
        'inspect',
        '--format',
        '{{.State.Running}} {{.State.OOMKilled}}',
        containerOf(manifest.name)
      )
      expect([manifest.name, stdout.trim()]).toEqual([manifest.name, 'true false'])
    }
  })

  test('end by themselves in the time that they are given', async () => {
    const endings = pods.map(async (pod) => {
      const { name } = pod.manifest
      const { graceSeconds } = containerOptions(world, pod)
      await podman(...runc, 'stop', '--time', String(graceSeconds), containerOf(name))
      // 137 is what the kubelet would see of a pod that it had to kill.
      const { stdout: code } = await podman('inspect', '--format', '{{.State.ExitCode}}', containerOf(name))
      const { stdout: log } = await podman('logs', containerOf(name))
      return { name, code: code.trim(), last: log.trim().split('\n').at(-1)?.includes('"msg":"stopped"') }
    })
    expect(await Promise.all(endings)).toEqual(pods.map(({ manifest: { name } }) => ({ name, code: '0', last: true })))
  })
})

function statusOf(url: string): Promise<number | undefined> {
  return fetch(url).then(
    (response) => response.status,
    () => undefined
  )
}

import { explainFailure, Failure, parseOptions, print, ROOT, run, stop, stopOnSignals } from '@bookinfo/cli'
import { imageNames } from '@bookinfo/vm-images'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { clusterNamed, type Cluster, type Node } from './cluster.ts'
import { helmPath } from './helm.ts'
import { importArchive, importMachines, importSuite } from './images.ts'
import { buildIstio } from './istio-programs.ts'
import { installIstio, istioRuns } from './istio.ts'
import { buildJaeger, importJaeger } from './jaeger.ts'
import { isReady, kubectlPath } from './kubectl.ts'
import { buildKubevirt } from './kubevirt-programs.ts'
import { installKubevirt, kubevirtRuns } from './kubevirt.ts'
import { takeDown } from './namespaces.ts'
import { enforcerPath } from './policies.ts'
import { inNetwork, nodesOf, pidOf } from './processes.ts'
import { buildKubernetes, requireGo } from './programs.ts'
import { addNode, bringUp, nodeParts, parts, removeNode, runs, timed } from './up.ts'

const help = 'npm run cluster -- --help'

const usage = `Usage: npm run cluster -- [--name NAME] COMMAND

Runs a Kubernetes cluster of one node, or two, on this machine, on Linux and as root. It is in namespaces and a
folder of its own, and changes nothing of the machine.

  up              bring it up; the first time this builds Kubernetes, which takes some minutes
  up --istio      the same with Istio, which takes some minutes more the first time
  up --jaeger     the same with Jaeger's image, for the overlays; with --istio or without
  up --kubevirt   the same with KubeVirt, whose machines are emulated; with the others or without
  build           only build what it needs; likewise with --istio, --jaeger and --kubevirt
  images [FILE]   bring the suite's images into it, after npm run images -- --base debian, and the disks that
                  npm run vm:build has built; or the images in an archive, as podman save and docker save write it
  add-node        give it a second node, with all images of the first, to migrate virtual machines or to drain a node
  remove-node     take the second node away
  status          show which parts run, and the path of the kubeconfig
  kubectl ...     run kubectl, for example: npm run cluster -- kubectl -n bookinfo get pods
  helm ...        run Helm, for example: npm run cluster -- helm list --all-namespaces
  run ...         run a program in the cluster's network, for example: npm run cluster -- run curl http://203.0.113.20:9080
  test ...        run the tests that need a cluster, for example: npm run cluster -- test rollouts
                  on the cluster that KUBECONFIG names; else on one of our own, which is brought up for them if it does not run
  test-mesh ...   run the tests that need Istio, likewise; on a cluster of our own Istio is installed for them,
                  and Jaeger is built unless tests other than "traces" and "readme" are named
  test-kubevirt   run the tests that need KubeVirt, likewise; Istio, Jaeger and KubeVirt are installed for them
  test --all      run the tests of all three, one after the other, with all lessons, which takes more than an hour
  down            end it, and remove all that belongs to it
  --name NAME     of the cluster, if there are several: 1 to 20 lower-case letters, digits and dashes; "main" if not given
  --help          show this
`

/** The arguments after these commands belong to the program that they run. */
const passing = ['kubectl', 'helm', 'run', 'test', 'test-mesh', 'test-kubevirt']

/** Tests in test/mesh that read traces. */
const needJaeger = ['readme', 'traces']

stopOnSignals()

await explainFailure(async () => {
  const argv = process.argv.slice(2)
  const at = argv.findIndex((arg, index) => passing.includes(arg) && argv[index - 1] !== '--name')
  const [own, rest] = at === -1 ? [argv, []] : [argv.slice(0, at + 1), argv.slice(at + 1)]
  const options = {
    name: { type: 'string' },
    istio: { type: 'boolean' },
    jaeger: { type: 'boolean' },
    kubevirt: { type: 'boolean' },
    help: { type: 'boolean' }
  } as const
  const { values, positionals } = parseOptions(own, { options, help })
  const [command, archive] = positionals
  if (values.help || command === undefined) return print(usage.trimEnd())
  if (archive !== undefined && command !== 'images') throw new Failure(`unexpected argument "${archive}"; see ${help}`)
  const cluster = clusterNamed(values.name ?? 'main')
  switch (command) {
    case 'up':
      await bringUp(cluster)
      if (values.istio) await installIstio(cluster)
      if (values.jaeger) await importJaeger(cluster)
      if (values.kubevirt) await installKubevirt(cluster)
      return print('The cluster runs. Next: npm run cluster -- images')
    case 'build':
      await requireGo()
      await buildKubernetes()
      await enforcerPath()
      await helmPath()
      if (values.istio) await buildIstio()
      if (values.jaeger) await buildJaeger()
      if (values.kubevirt) await buildKubevirt()
      return
    case 'images':
      await requireRunning(cluster)
      await timed('images', async () => {
        if (archive !== undefined) return importArchive(cluster, archive)
        await importSuite(cluster)
        await importMachines(cluster)
      })
      return print('Next: npm run cluster -- kubectl apply -k deploy/overlays/kubernetes')
    case 'add-node':
      await requireRunning(cluster)
      return addNode(cluster)
    case 'remove-node':
      await requireRunning(cluster)
      return removeNode(cluster)
    case 'status':
      showParts(cluster, parts)
      for (const node of nodesOf(cluster).slice(1)) showParts(node, nodeParts)
      if (!runs(cluster)) return void (process.exitCode = 1)
      print(`${'Istio'.padEnd(26)} ${(await istioRuns(cluster)) ? 'runs' : 'does not run'}`)
      print(`${'KubeVirt'.padEnd(26)} ${(await kubevirtRuns(cluster)) ? 'runs' : 'does not run'}`)
      return print(`KUBECONFIG=${cluster.kubeconfig}`)
    case 'kubectl':
      await requireRunning(cluster)
      return passOn(cluster, [await kubectlPath(), ...rest])
    case 'helm':
      await requireRunning(cluster)
      return passOn(cluster, [await helmPath(), ...rest])
    case 'run':
      await requireRunning(cluster)
      return passOn(cluster, rest)
    case 'test':
      if (rest[0] !== '--all') return test(cluster, rest, 'cluster')
      process.env['BOOKINFO_LESSONS'] = 'all'
      for (const tests of ['cluster', 'mesh', 'kubevirt'] as const) await test(cluster, rest.slice(1), tests)
      return
    case 'test-mesh':
      return test(cluster, rest, 'mesh')
    case 'test-kubevirt':
      return test(cluster, rest, 'kubevirt')
    case 'down':
      await takeDown(cluster)
      return print(`The cluster "${cluster.name}" is gone.`)
    default:
      throw new Failure(`unknown command "${command}"; see ${help}`)
  }
})

function showParts(node: Node, names: readonly string[]): void {
  print(`on the node "${node.name}":`)
  for (const name of names) print(`  ${name.padEnd(24)} ${pidOf(node, name) === undefined ? 'does not run' : 'runs'}`)
}

async function requireRunning(cluster: Cluster): Promise<void> {
  if (pidOf(cluster, 'kube-apiserver') !== undefined && (await isReady(cluster))) return
  throw new Failure(`the cluster "${cluster.name}" does not run: npm run cluster -- up`)
}

/** Runs a program in the cluster's network until it ends or is stopped, and makes its exit status that of this process. */
async function passOn(cluster: Cluster, command: readonly string[], env: Record<string, string> = {}): Promise<void> {
  const path = `${dirname(await kubectlPath())}:${env['PATH'] ?? process.env['PATH']}`
  return passThrough([...inNetwork(cluster), ...command], { ...env, KUBECONFIG: cluster.kubeconfig, PATH: path })
}

async function passThrough([program = '', ...args]: readonly string[], env: Record<string, string>): Promise<void> {
  const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, ...env } })
  stop.addEventListener('abort', () => child.kill('SIGTERM'))
  const [status]: unknown[] = await once(child, 'exit')
  // Of several programs, one that fails decides.
  process.exitCode = typeof status === 'number' ? status || (process.exitCode ?? 0) : 1
}

async function test(cluster: Cluster, args: readonly string[], tests: 'cluster' | 'mesh' | 'kubevirt'): Promise<void> {
  const config = join(ROOT, 'deploy/cluster/vitest.config.ts')
  const vitest = [process.execPath, join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--config', config, ...args]
  const env = { BOOKINFO_TESTS: tests }
  if (process.env['KUBECONFIG']) return passThrough(vitest, env)
  const running = runs(cluster)
  const jaeger = tests === 'kubevirt' || args.length === 0 || args.some((arg) => needJaeger.includes(arg))
  try {
    if (!running) await bringUp(cluster)
    if (tests !== 'cluster') await installIstio(cluster)
    if (tests !== 'cluster' && jaeger) await importJaeger(cluster)
    if (tests === 'kubevirt') await installKubevirt(cluster)
    if (!running) {
      const options = ['--base', 'debian', '--builder', 'buildah', '--unless-built']
      await timed('npm run images', () => run('npm', ['run', 'images', '--', ...options]))
      await timed('images', () => importSuite(cluster))
    }
    if (!running && tests === 'kubevirt') {
      await timed('npm run vm:build', async () => {
        for (const machine of imageNames) await run('npm', ['run', 'vm:build', '--', machine])
      })
      await timed('disks', () => importMachines(cluster))
    }
    // Only the tests of the chart use Helm.
    const path = tests !== 'kubevirt' && { PATH: `${dirname(await helmPath())}:${process.env['PATH']}` }
    await passOn(cluster, vitest, { ...env, ...path, BOOKINFO_CLUSTER: cluster.name })
  } finally {
    if (!running) await takeDown(cluster)
  }
}

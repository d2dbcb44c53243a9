import { explainFailure, Failure, parseOptions, print, stopOnSignals } from '@bookinfo/cli'
import { spawnSync } from 'node:child_process'
import { clusterNamed, type Cluster } from './cluster.ts'
import { importJaeger, importSuite } from './images.ts'
import { isReady, kubectlPath } from './kubectl.ts'
import { inNetwork, pidOf } from './processes.ts'
import { bringUp, parts, runs, takeDown, timed } from './up.ts'

const help = 'npm run cluster -- --help'

const usage = `Usage: npm run cluster -- [--name NAME] COMMAND

Runs a Kubernetes cluster of one node on this machine, on Linux and as root. It is in namespaces and a
folder of its own, and changes nothing of the machine.

  up              bring it up; the first time this builds Kubernetes, which takes some minutes
  images          bring the suite's images into it, after npm run images -- --base debian, and Jaeger
  status          show which parts run, and the path of the kubeconfig
  kubectl ...     run kubectl, for example: npm run cluster -- kubectl -n bookinfo get pods
  run ...         run a program in the cluster's network, for example: npm run cluster -- run curl http://203.0.113.20:9080
  down            end it, and remove all that belongs to it
  --name NAME     of the cluster, if there are several: 1 to 20 lower-case letters, digits and dashes; "main" if not given
  --help          show this
`

/** The arguments after these commands belong to the program that they run. */
const passing = ['kubectl', 'run']

stopOnSignals()

await explainFailure(async () => {
  const argv = process.argv.slice(2)
  const at = argv.findIndex((arg) => passing.includes(arg))
  const [own, rest] = at === -1 ? [argv, []] : [argv.slice(0, at + 1), argv.slice(at + 1)]
  const options = { name: { type: 'string' }, help: { type: 'boolean' } } as const
  const { values, positionals } = parseOptions(own, { options, help })
  const [command, unexpected] = positionals
  if (values.help || command === undefined) return print(usage.trimEnd())
  if (unexpected !== undefined) throw new Failure(`unexpected argument "${unexpected}"; see ${help}`)
  const cluster = clusterNamed(values.name ?? 'main')
  switch (command) {
    case 'up':
      await bringUp(cluster)
      return print('The cluster runs. Next: npm run cluster -- images')
    case 'images':
      await requireRunning(cluster)
      await importImages(cluster)
      return print('Next: npm run cluster -- kubectl apply -k deploy/overlays/kubernetes')
    case 'status':
      for (const name of parts)
        print(`${name.padEnd(24)} ${pidOf(cluster, name) === undefined ? 'does not run' : 'runs'}`)
      if (runs(cluster)) return print(`KUBECONFIG=${cluster.kubeconfig}`)
      process.exitCode = 1
      return
    case 'kubectl':
      await requireRunning(cluster)
      return passOn(cluster, [await kubectlPath(), ...rest])
    case 'run':
      await requireRunning(cluster)
      return passOn(cluster, rest)
    case 'down':
      await takeDown(cluster)
      return print(`The cluster "${cluster.name}" is gone.`)
    default:
      throw new Failure(`unknown command "${command}"; see ${help}`)
  }
})

async function importImages(cluster: Cluster): Promise<void> {
  await timed("the suite's images", () => importSuite(cluster))
  await timed('Jaeger', () => importJaeger(cluster))
}

async function requireRunning(cluster: Cluster): Promise<void> {
  if (pidOf(cluster, 'kube-apiserver') !== undefined && (await isReady(cluster))) return
  throw new Failure(`the cluster "${cluster.name}" does not run: npm run cluster -- up`)
}

function passOn(cluster: Cluster, command: readonly string[]): void {
  const [program = '', ...args] = [...inNetwork(cluster), ...command]
  const env = { ...process.env, KUBECONFIG: cluster.kubeconfig }
  process.exitCode = spawnSync(program, args, { stdio: 'inherit', env }).status ?? 1
}

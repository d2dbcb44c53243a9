import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { kubectl, runInPod } from './kubectl.ts'
import { imageWithNode } from './overlay.ts'
import { until } from './poll.ts'

const PROGRAM = join(import.meta.dirname, 'load')

/** How long requests go on after the last change: endpoints and kept connections follow with a delay. */
const AFTER_MS = 8_000

export interface LoadResult {
  sent: number
  /** When, for what, on which kind of connection, and why. */
  failures: string[]
  /** Spans of the requests that came. */
  spans: number
  /** What is missing in the traces of answered requests. */
  lost: string[]
  p50Ms: number
  p99Ms: number
}

/** Disposing of it removes its pod. */
export interface Load extends AsyncDisposable {
  stop(): Promise<LoadResult>
}

/** Where the load's pod runs, and what it asks for. */
export interface LoadTarget {
  namespace: string
  origin: string
  /** Asked for in turn, each at the rate. */
  paths: readonly string[]
  /** Whether the pod takes Jaeger's place to count spans. It has to be in Jaeger's namespace, and Jaeger must not run. */
  countsSpans: boolean
}

/** The page, and the answers of the other three services, by productpage's API. These are cheap, so there are three times as many. */
const api = ['', '/reviews', '/ratings'].map((path) => `/api/v1/products/0${path}`)
const mixed = { namespace: 'bookinfo', paths: ['/productpage', ...api, ...api, ...api], countsSpans: true }

export const mixedWithoutMesh: LoadTarget = { ...mixed, origin: 'http://productpage:9080' }
export const mixedThroughGateway: LoadTarget = { ...mixed, origin: 'http://istio-ingressgateway.istio-system' }
/** Pages from outside of the mesh, by its gateway. */
export const throughGateway: LoadTarget = {
  namespace: 'default',
  origin: mixedThroughGateway.origin,
  paths: ['/productpage'],
  countsSpans: false
}

/** Starts a pod that sends requests at a steady rate. */
export async function startLoad(ratePerSecond: number, target: LoadTarget): Promise<Load> {
  const inNamespace = ['-n', target.namespace]
  if (target.countsSpans) await kubectl([...inNamespace, 'scale', 'deployment/jaeger', '--replicas=0'])
  const objects = [configMap(target), policy(target), pod(await imageWithNode(), ratePerSecond, target)]
  await kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }))
  await kubectl([...inNamespace, 'wait', '--for=condition=Ready', 'pod/load', '--timeout=120s'])
  const log = async () => (await kubectl([...inNamespace, 'logs', 'load'])).stdout
  await until(log).toContain('started')
  return {
    async stop() {
      await sleep(AFTER_MS)
      // The pod may end before the command in it does. Whether it has ended is asked next.
      await Promise.allSettled([runInPod('load', "process.kill(1, 'SIGTERM')", target.namespace)])
      await kubectl([...inNamespace, 'wait', '--for=jsonpath={.status.phase}=Succeeded', 'pod/load', '--timeout=60s'])
      const result: LoadResult = JSON.parse((await log()).trim().split('\n').at(-1) ?? '')
      return result
    },
    async [Symbol.asyncDispose]() {
      await kubectl([
        ...inNamespace,
        'delete',
        'pod/load',
        'configmap/load',
        'networkpolicy/load',
        '--ignore-not-found'
      ])
    }
  }
}

export function describeLoad({ sent, failures, spans, lost, p50Ms, p99Ms }: LoadResult): string {
  const traces = spans > 0 ? `${spans} spans, ${lost.length} traces not whole, ` : ''
  return `${sent} requests, ${failures.length} failed, ${traces}p50 ${p50Ms} ms, p99 ${p99Ms} ms`
}

function configMap({ namespace }: LoadTarget): unknown {
  const files = globSync('*.ts', { cwd: PROGRAM })
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'load', namespace },
    data: Object.fromEntries(files.map((file) => [file, readFileSync(join(PROGRAM, file), 'utf8')]))
  }
}

/** The policies of `overlays/kubernetes` let no other pod out. */
function policy({ namespace }: LoadTarget): unknown {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'load', namespace },
    spec: { podSelector: { matchLabels: { run: 'load' } }, policyTypes: ['Egress'], egress: [{}] }
  }
}

function pod(image: string, ratePerSecond: number, { namespace, ...target }: LoadTarget): unknown {
  // The Services of Jaeger choose pods by this label. Like Jaeger, the pod is outside of the mesh.
  const labels = target.countsSpans
    ? { run: 'load', app: 'jaeger', 'sidecar.istio.io/inject': 'false' }
    : { run: 'load' }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'load', namespace, labels },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'load',
          image,
          command: ['node', '/load/load.ts', JSON.stringify({ ...target, ratePerSecond })],
          ports: [
            { name: 'grpc-otlp', containerPort: 4317 },
            { name: 'http-otlp', containerPort: 4318 }
          ],
          resources: { requests: { cpu: '50m', memory: '96Mi' } },
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          volumeMounts: [{ name: 'load', mountPath: '/load' }]
        }
      ],
      volumes: [{ name: 'load', configMap: { name: 'load' } }]
    }
  }
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { kubectl, runInPod } from './kubectl.ts'

const PROGRAM = join(import.meta.dirname, 'load.ts')

/** How long requests go on after the last change: endpoints and kept connections follow with a delay. */
const AFTER_MS = 8_000

export interface LoadResult {
  sent: number
  /** When, on which kind of connection, and why. */
  failures: string[]
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
  url: string
}

const withoutMesh = { namespace: 'bookinfo', url: 'http://productpage:9080/productpage' }
/** From outside of the mesh, by its gateway. */
export const throughGateway = { namespace: 'default', url: 'http://istio-ingressgateway.istio-system/productpage' }

/** Starts a pod that asks for the page at a steady rate. It has the image of productpage, since that one has Node. */
export async function startLoad(ratePerSecond: number, target: LoadTarget = withoutMesh): Promise<Load> {
  const inNamespace = ['-n', target.namespace]
  const output = '--output=jsonpath={.spec.template.spec.containers[0].image}'
  const { stdout: image } = await kubectl(['-n', 'bookinfo', 'get', 'deployment', 'productpage-v1', output])
  const objects = [configMap(target), pod(image, ratePerSecond, target)]
  await kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }))
  await kubectl([...inNamespace, 'wait', '--for=condition=Ready', 'pod/load', '--timeout=120s'])
  return {
    async stop() {
      await sleep(AFTER_MS)
      await runInPod('load', "process.kill(1, 'SIGTERM')", target.namespace)
      await kubectl([...inNamespace, 'wait', '--for=jsonpath={.status.phase}=Succeeded', 'pod/load', '--timeout=60s'])
      const { stdout } = await kubectl([...inNamespace, 'logs', 'load'])
      const result: LoadResult = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
      return result
    },
    async [Symbol.asyncDispose]() {
      await kubectl([...inNamespace, 'delete', 'pod/load', 'configmap/load', '--ignore-not-found'])
    }
  }
}

export function describeLoad({ sent, failures, p50Ms, p99Ms }: LoadResult): string {
  return `${sent} requests, ${failures.length} failed, p50 ${p50Ms} ms, p99 ${p99Ms} ms`
}

function configMap({ namespace }: LoadTarget): unknown {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'load', namespace },
    data: { 'load.ts': readFileSync(PROGRAM, 'utf8') }
  }
}

function pod(image: string, ratePerSecond: number, { namespace, url }: LoadTarget): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'load', namespace },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'load',
          image,
          command: ['node', '/load/load.ts', url, String(ratePerSecond)],
          resources: { requests: { cpu: '50m', memory: '96Mi' } },
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          volumeMounts: [{ name: 'load', mountPath: '/load' }]
        }
      ],
      volumes: [{ name: 'load', configMap: { name: 'load' } }]
    }
  }
}

import { PORT, PORT_NAME, probePaths } from '../facts.ts'
import { at, type Json, list, show, text } from '../json.ts'
import { title } from '../manifest.ts'
import { containers, find, type Workload, workloads, type World } from '../world.ts'
import { ofSuite } from './pods.ts'
import { defineRule, type Rule } from './rule.ts'

/** Seconds from service-kit's stop.ts: for the last spans, and until a service that hangs ends itself. */
const FLUSH = 1
const LAST_RESORT = 2

/** Seconds without an answer until a container is restarted. */
const PATIENCE = 120

/** Probes, and stopping. */
export const probeRules: readonly Rule[] = [
  defineRule('probe-path', 'the path of the probe does not exist, or a pod that waits is restarted', (world) =>
    ofSuite(world).flatMap((workload) =>
      containers(workload).flatMap((container) =>
        Object.entries(probePaths).flatMap(([probe, path]) => {
          const asked = text(at(container, `${probe}.httpGet.path`))
          return asked === path ? [] : [`${title(workload.manifest)}: ${probe} asks for "${asked}", not ${path}`]
        })
      )
    )
  ),
  defineRule('probe-port', 'the probe gets no answer', (world) =>
    workloads(world).flatMap((workload) =>
      probesOf(workload).flatMap(({ name, probe }) => {
        const port = at(probe, 'httpGet.port') ?? at(probe, 'tcpSocket.port')
        if (port === undefined) return []
        const known = workload.ports.some((each) => each.name === port || each.number === port)
        return known
          ? []
          : [`${title(workload.manifest)}: ${name} asks at port ${show(port)}, which is not one of its ports`]
      })
    )
  ),
  defineRule('patient-liveness', 'a slow process, or a machine that reboots, is restarted', (world) =>
    workloads(world).flatMap((workload) =>
      probesOf(workload)
        .filter(({ name }) => name === 'livenessProbe')
        .flatMap(({ probe }) => {
          const seconds = Number(at(probe, 'periodSeconds') ?? 10) * Number(at(probe, 'failureThreshold') ?? 3)
          // A reboot may take as long as the first boot.
          const needed = workload.runtime === 'vm' ? Number(at(probe, 'initialDelaySeconds') ?? 0) : PATIENCE
          const timeout = Number(at(probe, 'timeoutSeconds') ?? 1)
          if (seconds >= needed && timeout >= 5) return []
          return [`${title(workload.manifest)}: a restart after ${seconds} s, with ${timeout} s for an answer`]
        })
    )
  ),
  defineRule('service-port', 'callers use port 9080, and the mesh reads its protocol from the name', (world) =>
    workloads(world)
      .filter((workload) => ofSuite(world).includes(workload) || workload.labels['app'] === 'details')
      .filter(({ ports }) => !ports.some(({ name, number }) => name === PORT_NAME && number === PORT))
      .map(({ manifest }) => `${title(manifest)}: has no port ${PORT} named ${PORT_NAME}`)
  ),
  defineRule('stop-budget', 'requests in flight are cut off when the pod stops', (world) =>
    ofSuite(world).flatMap((workload) => {
      const needed = Math.max(...containers(workload).map((container) => secondsToStop(world, container)))
      const given = Number(at(workload.spec, 'terminationGracePeriodSeconds') ?? 30)
      return needed > given
        ? [`${title(workload.manifest)}: stopping takes up to ${needed} s, and it is given ${given} s`]
        : []
    })
  ),
  defineRule('stop-notice', 'requests still arrive after the pod has closed its port', (world) =>
    ofSuite(world).flatMap((workload) =>
      containers(workload)
        .filter((container) => sleepOf(container) + setting(world, container, 'SHUTDOWN_DELAY_MS', 0) / 1000 < 5)
        .map(() => `${title(workload.manifest)}: goes on for less than 5 s after it was told to stop`)
    )
  )
]

function probesOf({ runtime, spec }: Workload): { name: string; probe: Json }[] {
  const places = runtime === 'vm' ? [spec] : list(at(spec, 'containers'))
  return places.flatMap((place) =>
    ['startupProbe', 'livenessProbe', 'readinessProbe'].flatMap((name) => {
      const probe = at(place, name)
      return probe === undefined ? [] : [{ name, probe }]
    })
  )
}

function secondsToStop(world: World, container: Json): number {
  const delay = setting(world, container, 'SHUTDOWN_DELAY_MS', 0)
  const budget = setting(world, container, 'SHUTDOWN_BUDGET_MS', 10_000)
  return sleepOf(container) + (delay + budget) / 1000 + FLUSH + LAST_RESORT
}

function sleepOf(container: Json): number {
  return Number(at(container, 'lifecycle.preStop.sleep.seconds') ?? 0)
}

/** A setting of a container: its own, or from a ConfigMap in `envFrom`. */
function setting(world: World, container: Json, name: string, otherwise: number): number {
  const own = list(at(container, 'env')).find((each) => at(each, 'name') === name)
  const shared = list(at(container, 'envFrom')).map((each) =>
    at(find(world, 'ConfigMap', text(at(each, 'configMapRef.name')))?.body, `data.${name}`)
  )
  const value = at(own, 'value') ?? shared.findLast((each) => each !== undefined)
  return value === undefined ? otherwise : Number(value)
}

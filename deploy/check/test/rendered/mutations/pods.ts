import { both, drop, remove, set } from './mutate.ts'
import {
  annotations,
  container,
  details,
  machine,
  page,
  pod,
  reviews,
  seed,
  setting,
  type Mutation
} from './mutation.ts'

/** In pods: their security, size, place, and how they are probed and stopped. */
export const podMutations: readonly Mutation[] = [
  seed(
    'pod-security-restricted',
    'no seccomp profile',
    'kubernetes',
    remove(details, `${pod}/securityContext/seccompProfile`)
  ),
  seed(
    'pod-security-restricted',
    'capabilities dropped in lower case',
    'kubernetes',
    set(details, `${container}/securityContext/capabilities/drop/0`, 'all')
  ),
  seed(
    'pod-security-restricted',
    'privilege escalation left open',
    'istio',
    remove(page, `${container}/securityContext/allowPrivilegeEscalation`)
  ),
  seed(
    'pod-security-restricted',
    'a folder of the host',
    'kubernetes',
    set(details, `${pod}/volumes`, [{ name: 'logs', hostPath: { path: '/var/log' } }])
  ),
  seed('pod-security-restricted', 'the network of the host', 'kubernetes', set(page, `${pod}/hostNetwork`, true)),
  seed('pod-user-free', 'a fixed user', 'openshift', set(details, `${pod}/securityContext/runAsUser`, 1000)),
  seed(
    'pod-read-only-root',
    'a root file system to write to',
    'kubernetes',
    set(details, `${container}/securityContext/readOnlyRootFilesystem`, false)
  ),
  seed(
    'pod-no-token',
    'a token for the API server',
    'kubernetes',
    remove(reviews, `${pod}/automountServiceAccountToken`)
  ),
  seed(
    'pod-no-service-links',
    'variables of all Services',
    'kubernetes',
    set(reviews, `${pod}/enableServiceLinks`, true)
  ),
  seed('pod-resources', 'no memory limit', 'kubernetes', remove(details, `${container}/resources/limits/memory`)),
  seed(
    'pod-resources',
    'a request above the limit',
    'kubernetes',
    set(details, `${container}/resources/requests/memory`, '1Gi')
  ),
  seed(
    'pod-resources-measured',
    'a limit that the service was seen to exceed',
    'kubernetes',
    set(page, `${container}/resources/limits/memory`, '128Mi')
  ),
  seed(
    'pod-spread',
    'spread by the labels of another service',
    'kubernetes',
    set(details, `${pod}/topologySpreadConstraints/0/labelSelector/matchLabels/app`, 'detail')
  ),
  seed('pod-spread', 'not spread over nodes', 'kubernetes', remove(details, `${pod}/topologySpreadConstraints/1`)),
  seed(
    'pod-rollout',
    'a rollout that first takes away',
    'kubernetes',
    set(details, 'spec/strategy/rollingUpdate/maxUnavailable', 1)
  ),
  seed('disruption-budget', 'no budget', 'kubernetes', drop('PodDisruptionBudget/ratings')),
  seed(
    'disruption-budget',
    'a budget that holds up the node',
    'kubernetes',
    both(
      remove('PodDisruptionBudget/ratings', 'spec/maxUnavailable'),
      set('PodDisruptionBudget/ratings', 'spec/minAvailable', 1)
    )
  ),
  seed(
    'disruption-budget',
    'a budget for nobody',
    'kubernetes',
    set('PodDisruptionBudget/ratings', 'spec/selector/matchLabels/app', 'rating')
  ),
  seed(
    'metrics-annotations',
    'a wrong port to scrape',
    'istio',
    set(details, `${annotations}/prometheus.io~1port`, '9090')
  ),
  seed(
    'metrics-annotations',
    'a machine that nobody is told to scrape',
    'kubevirt',
    remove(machine, `${annotations}/prometheus.io~1scrape`)
  ),
  seed(
    'metrics-annotations',
    'machines of a pool without their path',
    'kubevirt with a pool of machines',
    remove(
      'VirtualMachinePool/details-v1-vm',
      'spec/virtualMachineTemplate/spec/template/metadata/annotations/prometheus.io~1path'
    )
  ),

  seed(
    'probe-path',
    'readiness asked of liveness',
    'kubernetes',
    set(details, `${container}/readinessProbe/httpGet/path`, '/livez')
  ),
  seed(
    'probe-path',
    'a probe of the original',
    'kubernetes',
    set(page, `${container}/livenessProbe/httpGet/path`, '/health')
  ),
  seed('probe-path', 'no startup probe', 'kubernetes', remove(page, `${container}/startupProbe`)),
  seed(
    'probe-port',
    'a probe at a port that is not there',
    'kubernetes',
    set(details, `${container}/livenessProbe/httpGet/port`, 'web')
  ),
  seed('service-port', 'another port', 'kubernetes', set(details, `${container}/ports/0/containerPort`, 8080)),
  seed('service-port', 'another name of the port', 'istio', set(details, `${container}/ports/0/name`, 'web')),
  seed(
    'stop-budget',
    'a grace period that cuts the drain',
    'kubernetes',
    set(details, `${pod}/terminationGracePeriodSeconds`, 10)
  ),
  seed('stop-budget', 'a drain that outlasts the grace period', 'kubernetes', setting('SHUTDOWN_BUDGET_MS', '60000')),
  seed(
    'stop-notice',
    'neither preStop nor delay',
    'kubernetes',
    both(remove(details, `${container}/lifecycle`), setting('SHUTDOWN_DELAY_MS', '0'))
  )
]

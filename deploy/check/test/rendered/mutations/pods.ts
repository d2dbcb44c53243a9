import { both, drop, remove, set } from './mutate.ts'
import { annotations, container, details, machine, page, pod, reviews, mutationsOn, setting } from './mutation.ts'

/** In pods: their security, size, place, and how they are probed and stopped. */
export const podMutations = mutationsOn({
  kubernetes: {
    'pod-security-restricted': {
      'no seccomp profile': remove(details, `${pod}/securityContext/seccompProfile`),
      'capabilities dropped in lower case': set(details, `${container}/securityContext/capabilities/drop/0`, 'all'),
      'a folder of the host': set(details, `${pod}/volumes`, [{ name: 'logs', hostPath: { path: '/var/log' } }]),
      'the network of the host': set(page, `${pod}/hostNetwork`, true)
    },
    'pod-read-only-root': {
      'a root file system to write to': set(details, `${container}/securityContext/readOnlyRootFilesystem`, false)
    },
    'pod-no-token': { 'a token for the API server': remove(reviews, `${pod}/automountServiceAccountToken`) },
    'pod-no-service-links': { 'variables of all Services': set(reviews, `${pod}/enableServiceLinks`, true) },
    'pod-resources': {
      'no memory limit': remove(details, `${container}/resources/limits/memory`),
      'a request above the limit': set(details, `${container}/resources/requests/memory`, '1Gi')
    },
    'pod-resources-measured': {
      'a limit that the service was seen to exceed': set(page, `${container}/resources/limits/memory`, '128Mi')
    },
    'pod-spread': {
      'spread by a label of others': set(
        details,
        `${pod}/topologySpreadConstraints/0/labelSelector/matchLabels/app.kubernetes.io~1part-of`,
        'bookshop'
      ),
      'spread among all services': remove(details, `${pod}/topologySpreadConstraints/0/matchLabelKeys/0`),
      'not spread over nodes': remove(details, `${pod}/topologySpreadConstraints/1`)
    },
    'pod-rollout': { 'a rollout that first takes away': set(details, 'spec/strategy/rollingUpdate/maxUnavailable', 1) },
    'disruption-budget': {
      'no budget': drop('PodDisruptionBudget/ratings'),
      'a budget that holds up the node': both(
        remove('PodDisruptionBudget/ratings', 'spec/maxUnavailable'),
        set('PodDisruptionBudget/ratings', 'spec/minAvailable', 1)
      ),
      'a budget for nobody': set('PodDisruptionBudget/ratings', 'spec/selector/matchLabels/app', 'rating')
    },
    'probe-path': {
      'readiness asked of liveness': set(details, `${container}/readinessProbe/httpGet/path`, '/livez'),
      'a probe of the original': set(page, `${container}/livenessProbe/httpGet/path`, '/health'),
      'no startup probe': remove(page, `${container}/startupProbe`)
    },
    'patient-liveness': {
      'a restart after half a minute': set(page, `${container}/livenessProbe/failureThreshold`, 3)
    },
    'probe-port': {
      'a probe at a port that is not there': set(details, `${container}/livenessProbe/httpGet/port`, 'web')
    },
    'service-port': { 'another port': set(details, `${container}/ports/0/containerPort`, 8080) },
    'stop-budget': {
      'a grace period that cuts the drain': set(details, `${pod}/terminationGracePeriodSeconds`, 10),
      'a drain that outlasts the grace period': setting('SHUTDOWN_BUDGET_MS', '60000')
    },
    'stop-notice': {
      'neither preStop nor delay': both(remove(details, `${container}/lifecycle`), setting('SHUTDOWN_DELAY_MS', '0'))
    }
  },
  istio: {
    'pod-security-restricted': {
      'privilege escalation left open': remove(page, `${container}/securityContext/allowPrivilegeEscalation`)
    },
    'metrics-annotations': { 'a wrong port to scrape': set(details, `${annotations}/prometheus.io~1port`, '9090') },
    'service-port': { 'another name of the port': set(details, `${container}/ports/0/name`, 'web') }
  },
  openshift: {
    'pod-user-free': { 'a fixed user': set(details, `${pod}/securityContext/runAsUser`, 1000) }
  },
  kubevirt: {
    'metrics-annotations': {
      'a machine without the annotation to scrape it': remove(machine, `${annotations}/prometheus.io~1scrape`)
    },
    'patient-liveness': { 'a machine that may not reboot': set(machine, `${pod}/livenessProbe/failureThreshold`, 6) }
  },
  'kubevirt with a pool of machines': {
    'metrics-annotations': {
      'machines of a pool without their path': remove(
        'VirtualMachinePool/details-v1-vm',
        'spec/virtualMachineTemplate/spec/template/metadata/annotations/prometheus.io~1path'
      )
    }
  }
})

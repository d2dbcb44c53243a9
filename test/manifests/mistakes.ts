import { at, isObject, type JsonObject } from './json.ts'
import { title } from './manifest.ts'
import { add, both, drop, edit, remove, set, type Mistake } from './mutate.ts'
import type { World } from './world.ts'

/** A mistake that somebody might make in a world that is good, and the rule that has to notice. */
export interface SeededMistake {
  rule: string
  mistake: string
  /** An overlay, or a combination. */
  on: string
  make: Mistake
}

const details = 'Deployment/details-v1'
const page = 'Deployment/productpage-v1'
const reviews = 'Deployment/reviews-v2'
const machine = 'VirtualMachine/details-v1-vm'
const pod = 'spec/template/spec'
const container = `${pod}/containers/0`
const devices = `${pod}/domain/devices`
const annotations = 'spec/template/metadata/annotations'

/** One line for each; every rule is in it at least once. */
export const mistakes: readonly SeededMistake[] = [
  // Pods
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

  // Probes and stopping
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
  ),

  // Settings
  seed('setting-known', 'a misspelt variable', 'kubernetes', set(page, `${container}/env/0/name`, 'SESION_SECRET')),
  seed('setting-known', 'a misspelt variable for all', 'kubernetes', setting('SHUTDOWN_DELAY', '3000')),
  seed(
    'setting-known',
    'a variable that Kubernetes sets to an address',
    'kubernetes',
    set(reviews, `${container}/env`, [{ name: 'RATINGS_PORT', value: '9080' }])
  ),
  seed(
    'setting-known',
    'a misspelt variable in the machine',
    'kubevirt',
    userData('#cloud-config\nwrite_files:\n- path: /etc/bookinfo/details.env\n  content: |\n    LOGLEVEL=info\n')
  ),
  seed(
    'setting-value',
    'a value that stops the start',
    'kubernetes',
    set(reviews, `${container}/env`, [{ name: 'ENABLE_RATINGS', value: 'yes' }])
  ),
  seed(
    'setting-value',
    'an address without its scheme',
    'kubernetes',
    setting('OTEL_EXPORTER_OTLP_ENDPOINT', 'jaeger-collector:4318')
  ),
  seed(
    'setting-value',
    'a value in the machine that stops the start',
    'kubevirt',
    userData('#cloud-config\nwrite_files:\n- path: /etc/bookinfo/details.env\n  content: |\n    SHUTDOWN_DELAY_MS=3s\n')
  ),

  // Images
  seed(
    'image-pinned',
    'a floating tag',
    'kubernetes',
    set(details, `${container}/image`, 'examples-bookinfo-details-v1:latest')
  ),
  seed(
    'image-pinned',
    'no tag on the machine',
    'kubevirt',
    set(machine, `${pod}/volumes/0/containerDisk/image`, 'examples-bookinfo-details-vm-v1')
  ),
  seed(
    'image-known',
    'an image that nobody builds',
    'kubernetes',
    set(details, `${container}/image`, 'examples-bookinfo-details-v3:0.1.0')
  ),
  seed(
    'image-known',
    'an image of the original',
    'kubernetes',
    set(details, `${container}/image`, 'registry.istio.io/release/examples-bookinfo-details-v1:1.20.3')
  ),
  seed(
    'image-of-version',
    'another version than the label says',
    'kubernetes',
    set(reviews, `${container}/image`, 'examples-bookinfo-reviews-v3:0.1.0')
  ),

  // References
  seed('unique-name', 'an object twice', 'kubernetes', (world) => ({
    ...world,
    manifests: [...world.manifests, ...world.manifests.slice(0, 3)]
  })),
  seed('namespace', 'another namespace', 'istio', set('Service/details', 'metadata/namespace', 'default')),
  seed(
    'deployment-selector',
    'a selector of others',
    'kubernetes',
    set(details, 'spec/selector/matchLabels/version', 'v2')
  ),
  seed('service-selector', 'a Service for nobody', 'kubernetes', set('Service/details', 'spec/selector/app', 'detail')),
  seed(
    'service-target-port',
    'a wrong port behind the Service',
    'kubernetes',
    set('Service/details', 'spec/ports/0/targetPort', 9081)
  ),
  seed(
    'service-target-port',
    'a machine without the name of the port',
    'kubevirt',
    set(machine, `${devices}/interfaces/0/ports/0/name`, 'web')
  ),
  seed('service-account', 'an account that is not there', 'kubernetes', drop('ServiceAccount/bookinfo-reviews')),
  seed(
    'config-and-secrets',
    'a ConfigMap that is not there',
    'kubernetes',
    set(details, `${container}/envFrom/0/configMapRef/name`, 'bookinfo-setting')
  ),
  seed(
    'config-and-secrets',
    'a Secret that is not there',
    'kubernetes',
    set(page, `${container}/env/0/valueFrom/secretKeyRef/name`, 'bookinfo-sessions')
  ),
  seed('volume-mounts', 'a mount without its volume', 'kubernetes', remove('Deployment/jaeger', `${pod}/volumes/0`)),
  seed(
    'backend',
    'an Ingress to nobody',
    'kubernetes',
    set('Ingress/bookinfo', 'spec/rules/0/http/paths/0/backend/service/name', 'product-page')
  ),
  seed(
    'backend',
    'a route to a wrong port',
    'gateway-api',
    set('HTTPRoute/bookinfo', 'spec/rules/0/backendRefs/0/port', 8080)
  ),
  seed(
    'backend',
    'a Route to a Service that nobody makes',
    'openshift',
    set('Route/bookinfo', 'spec/to/name', 'bookinfo-gateway')
  ),
  seed(
    'route-parent',
    'a route at no Gateway',
    'gateway-api',
    set('HTTPRoute/bookinfo', 'spec/parentRefs/0/name', 'bookinfo')
  ),
  seed(
    'route-parent',
    'a Service in the group of Gateways',
    'gateway-api',
    set('HTTPRoute/bookinfo', 'spec/parentRefs/0', { kind: 'Service', name: 'reviews' })
  ),
  seed(
    'autoscaler-target',
    'a scaler of nothing',
    'kubernetes, watched and scaled',
    set('HorizontalPodAutoscaler/details-v1', 'spec/scaleTargetRef/name', 'details')
  ),
  seed(
    'autoscaler-target',
    'a scaler against fixed replicas',
    'kubernetes, watched and scaled',
    set(details, 'spec/replicas', 1)
  ),
  seed(
    'autoscaler-target',
    'a scaler by an unknown container',
    'kubevirt with a pool of machines',
    set('HorizontalPodAutoscaler/details-v1-vm', 'spec/metrics/0/containerResource/container', 'details')
  ),
  seed('autoscaler-alone', 'a scaler whose target selects a machine, too', 'hybrid', add(scaler('details-v1'))),
  seed(
    'session-shared',
    'several productpages, each with a secret of its own',
    'kubernetes, watched and scaled',
    set(page, `${container}/env/0/valueFrom/secretKeyRef/optional`, true)
  ),
  seed(
    'monitor',
    'a port that no Service has',
    'kubernetes, watched and scaled',
    set('ServiceMonitor/bookinfo', 'spec/endpoints/0/port', 'metrics')
  ),
  seed(
    'monitor',
    'pods that are not there',
    'istio with everything',
    set('PodMonitor/bookinfo', 'spec/selector/matchLabels/app.kubernetes.io~1part-of', 'bookshop')
  ),

  // Istio
  seed(
    'mesh-reserved-port',
    'a port of the sidecar',
    'istio',
    set(details, `${container}/ports/-`, { name: 'http-more', containerPort: 15021 })
  ),
  seed(
    'mesh-reserved-port',
    'a port of the sidecar, of a machine',
    'kubevirt',
    set(machine, `${devices}/interfaces/0/ports/-`, { name: 'http-more', port: 15090 })
  ),
  seed('mesh-port-name', 'a port without a protocol', 'istio', set('Service/ratings', 'spec/ports/0/name', 'web')),
  seed('mesh-injection', 'no sidecars', 'istio', remove('Namespace/bookinfo', 'metadata/labels/istio-injection')),
  seed('mesh-injection', 'no waypoint', 'ambient', drop('Gateway/waypoint')),
  seed(
    'mesh-mutual-tls',
    'plain text allowed',
    'istio',
    set('PeerAuthentication/default', 'spec/mtls/mode', 'PERMISSIVE')
  ),
  seed(
    'mesh-mutual-tls',
    'plain text allowed at one port',
    'istio',
    set('PeerAuthentication/default', 'spec/portLevelMtls', { '9080': { mode: 'DISABLE' } })
  ),
  seed(
    'mesh-host',
    'a misspelt host',
    'istio',
    set('VirtualService/bookinfo', 'spec/http/0/route/0/destination/host', 'product-page')
  ),
  seed('mesh-host', 'a rule for a misspelt host', 'istio', set('DestinationRule/details', 'spec/host', 'detail')),
  seed(
    'mesh-destination-port',
    'a port that the Service has not',
    'istio',
    set('VirtualService/bookinfo', 'spec/http/0/route/0/destination/port/number', 80)
  ),
  seed(
    'mesh-subset',
    'a misspelt subset',
    'hybrid',
    set('VirtualService/details', 'spec/http/0/route/1/destination/subset', 'vms')
  ),
  seed(
    'mesh-subset-pods',
    'a subset without pods',
    'istio',
    set('DestinationRule/reviews', 'spec/subsets/2/labels/version', 'v4')
  ),
  seed(
    'mesh-subset-pods',
    'a machine without its label',
    'hybrid',
    remove(machine, 'spec/template/metadata/labels/runtime')
  ),
  seed('mesh-details-runtimes', 'no machine', 'kubevirt', drop(machine)),
  seed('mesh-one-rule-per-host', 'two routes for one host', 'hybrid', add(route('details-too', 'details'))),
  seed(
    'mesh-weights',
    'weights that make 90',
    'hybrid',
    set('VirtualService/details', 'spec/http/0/route/0/weight', 90)
  ),
  seed('mesh-gateway', 'a route at no gateway', 'istio', set('VirtualService/bookinfo', 'spec/gateways/0', 'bookinfo')),
  seed(
    'mesh-reachable-rule',
    'a rule behind one for everything',
    'istio',
    edit('VirtualService/bookinfo', openRuleFirst)
  ),
  seed(
    'mesh-trace-provider',
    'a provider that the mesh has not',
    'istio',
    set('Telemetry/bookinfo', 'spec/tracing/0/providers/0/name', 'jaeger')
  ),
  seed(
    'mesh-trace-collector',
    'a collector port without its protocol',
    'istio',
    set('Service/jaeger-collector', 'spec/ports/0/name', 'http-otlp-too')
  ),
  seed('mesh-trace-collector', 'no collector', 'istio', drop('Service/jaeger-collector')),
  seed(
    'mesh-collector-outside',
    'a collector with a sidecar',
    'istio',
    remove('Deployment/jaeger', 'spec/template/metadata/labels/sidecar.istio.io~1inject')
  ),

  // Policies
  seed('policy-calls', 'no policy', 'istio', drop('AuthorizationPolicy/ratings')),
  seed(
    'policy-calls',
    'everybody allowed',
    'istio',
    both(drop('AuthorizationPolicy/nobody'), drop('AuthorizationPolicy/details'))
  ),
  seed('policy-calls', 'a rule for everybody', 'istio', set('AuthorizationPolicy/details', 'spec/rules/-', {})),
  seed(
    'policy-calls',
    'an edge too many',
    'istio',
    set(
      'AuthorizationPolicy/details',
      'spec/rules/0/from/0/source/principals/-',
      'cluster.local/ns/bookinfo/sa/bookinfo-reviews'
    )
  ),
  seed(
    'policy-calls',
    'a method too many',
    'gateway-api',
    set('AuthorizationPolicy/reviews', 'spec/rules/0/to/0/operation/methods/-', 'DELETE')
  ),
  seed(
    'policy-calls',
    'a path too few',
    'ambient',
    set('AuthorizationPolicy/reviews', 'spec/rules/0/to/0/operation/paths/0', '/review/*')
  ),
  seed(
    'policy-calls',
    'metrics open to the outside',
    'istio',
    set('AuthorizationPolicy/productpage', 'spec/rules/0/to/0/operation/paths/-', '/metrics')
  ),
  seed(
    'policy-principal',
    'an account that nobody has',
    'istio',
    set(
      'AuthorizationPolicy/details',
      'spec/rules/0/from/0/source/principals/0',
      'cluster.local/ns/bookinfo/sa/productpage'
    )
  ),
  seed(
    'policy-principal',
    'an account of another namespace',
    'istio',
    set(
      'AuthorizationPolicy/details',
      'spec/rules/0/from/0/source/principals/0',
      'cluster.local/ns/default/sa/bookinfo-productpage'
    )
  ),
  seed(
    'policy-target',
    'a policy for nobody',
    'istio',
    set('AuthorizationPolicy/details', 'spec/selector/matchLabels/app', 'detail')
  ),
  seed(
    'policy-target',
    'a policy at no Service',
    'ambient',
    set('AuthorizationPolicy/details', 'spec/targetRefs/0/name', 'detail')
  ),
  seed('network-calls', 'an edge too few', 'kubernetes', remove('NetworkPolicy/reviews', 'spec/egress/0')),
  seed(
    'network-calls',
    'everybody allowed in and out',
    'kubernetes',
    both(set('NetworkPolicy/details', 'spec/ingress', [{}]), set('NetworkPolicy/reviews', 'spec/egress', [{}]))
  ),
  seed(
    'network-half-open',
    'everybody allowed in',
    'kubernetes',
    set('NetworkPolicy/details', 'spec/ingress/0/from', [{ podSelector: {} }])
  ),
  seed('network-outside', 'everything allowed out', 'kubernetes', set('NetworkPolicy/ratings', 'spec/egress', [{}])),
  seed(
    'network-outside',
    'the whole Internet allowed',
    'kubernetes',
    set('NetworkPolicy/ratings', 'spec/egress', [{ to: [{ ipBlock: { cidr: '0.0.0.0/0' } }], ports: [{ port: 443 }] }])
  ),
  seed('network-default', 'an open namespace', 'kubernetes', drop('NetworkPolicy/nobody')),
  seed('network-spans', 'no way out for spans', 'kubernetes', drop('NetworkPolicy/spans-out')),
  seed('door-paths', 'no style', 'kubernetes', remove('Ingress/bookinfo', 'spec/rules/0/http/paths/1')),
  seed(
    'door-paths',
    'metrics open to everybody',
    'istio',
    set('VirtualService/bookinfo', 'spec/http/0/match/-', { uri: { exact: '/metrics' } })
  ),

  // Virtual machines
  seed('vm-one-binding', 'no binding', 'kubevirt', remove(machine, `${devices}/interfaces/0/masquerade`)),
  seed('vm-one-binding', 'two bindings', 'kubevirt', set(machine, `${devices}/interfaces/0/bridge`, {})),
  seed(
    'vm-binding-kind',
    'a bridge',
    'kubevirt',
    both(remove(machine, `${devices}/interfaces/0/masquerade`), set(machine, `${devices}/interfaces/0/bridge`, {}))
  ),
  seed('vm-networks', 'an interface of another name', 'kubevirt', set(machine, `${devices}/interfaces/0/name`, 'eth0')),
  seed('vm-disks', 'a disk without its volume', 'kubevirt', set(machine, `${devices}/disks/0/name`, 'system')),
  seed('vm-explicit-ports', 'no list of ports', 'kubevirt', remove(machine, `${devices}/interfaces/0/ports`)),
  seed(
    'vm-no-ssh-port',
    'port 22',
    'kubevirt',
    set(machine, `${devices}/interfaces/0/ports/-`, { name: 'tcp-ssh', port: 22 })
  ),
  seed(
    'vm-probe-port',
    'a probe at an unlisted port',
    'kubevirt',
    set(machine, `${pod}/readinessProbe/httpGet/port`, 9081)
  ),
  seed('vm-probes', 'no readiness probe', 'kubevirt', remove(machine, `${pod}/readinessProbe`)),
  seed('vm-probes', 'two handlers', 'kubevirt', set(machine, `${pod}/livenessProbe/guestAgentPing`, {})),
  seed(
    'vm-patient-liveness',
    'an impatient liveness probe',
    'kubevirt',
    set(machine, `${pod}/livenessProbe/initialDelaySeconds`, 10)
  ),
  seed(
    'vm-user-data-size',
    'inline user-data over 2048 bytes',
    'kubevirt',
    set(machine, `${pod}/volumes/1/cloudInitNoCloud`, { userData: `#cloud-config\n# ${'x'.repeat(2040)}\n` })
  ),
  seed('vm-user-data', 'user-data without its first line', 'kubevirt', userData('write_files: []\n')),
  seed(
    'vm-no-password',
    'a password in clear',
    'kubevirt',
    userData('#cloud-config\npassword: fedora\nchpasswd: { expire: false }\n')
  ),
  seed(
    'vm-instancetype',
    'an instancetype beside memory',
    'kubevirt',
    set(machine, 'spec/instancetype', { name: 'u1.nano' })
  ),
  seed('vm-instancetype', 'no size at all', 'kubevirt', remove(machine, `${pod}/domain/memory`)),
  seed('vm-run-strategy', '`running` beside runStrategy', 'kubevirt', set(machine, 'spec/running', true)),
  seed(
    'vm-disk-image',
    'an empty disk',
    'kubevirt',
    set(machine, `${pod}/volumes/0`, { name: 'root', emptyDisk: { capacity: '1Gi' } })
  ),
  seed('vm-account', 'no account', 'kubevirt', remove(machine, `${pod}/serviceAccountName`)),
  seed(
    'vm-runtime-label',
    'no label of the runtime',
    'kubevirt',
    remove(machine, 'spec/template/metadata/labels/runtime')
  ),
  seed(
    'vm-grace',
    'too little time to power off',
    'kubevirt',
    set(machine, `${pod}/terminationGracePeriodSeconds`, 10)
  ),
  seed(
    'vm-budget',
    'a second budget for the machine',
    'hybrid',
    remove('PodDisruptionBudget/details', 'spec/selector/matchLabels/runtime')
  ),
  seed(
    'vm-pool',
    'a pool that does not know its machines',
    'kubevirt with a pool of machines',
    set('VirtualMachinePool/details-v1-vm', 'spec/selector/matchLabels/kubevirt.io~1vmpool', 'details')
  ),
  seed(
    'vm-pool',
    'a Secret for each machine',
    'kubevirt with a pool of machines',
    remove('VirtualMachinePool/details-v1-vm', 'spec/nameGeneration')
  ),
  seed(
    'vm-inject-annotation',
    'the annotation lost',
    'kubevirt',
    remove(machine, `${annotations}/sidecar.istio.io~1inject`)
  ),
  seed(
    'vm-own-annotations',
    'an annotation of KubeVirt by hand',
    'kubevirt',
    set(machine, `${annotations}/istio.io~1reroute-virtual-interfaces`, 'k6t-eth0')
  ),
  seed(
    'vm-excluded-ports',
    'the port excluded from the sidecar',
    'kubevirt',
    set(machine, `${annotations}/traffic.sidecar.istio.io~1excludeInboundPorts`, '9080')
  ),
  seed(
    'vm-excluded-ports',
    'an exclusion that does nothing',
    'kubevirt',
    set(machine, `${annotations}/traffic.sidecar.istio.io~1excludeOutboundIPRanges`, '10.0.0.0/8')
  ),
  seed(
    'vm-probe-rewrite',
    'probes that the sidecar refuses',
    'kubevirt',
    set(machine, `${annotations}/sidecar.istio.io~1rewriteAppHTTPProbers`, 'false')
  ),
  seed(
    'vm-not-ambient',
    'a machine in an ambient mesh',
    'kubevirt',
    set('Namespace/bookinfo', 'metadata/labels/istio.io~1dataplane-mode', 'ambient')
  ),
  seed(
    'vm-namespace',
    'a namespace that refuses the machine',
    'kubevirt',
    set('Namespace/bookinfo', 'metadata/labels/pod-security.kubernetes.io~1enforce', 'restricted')
  ),
  seed('vm-secret', 'a Secret under another key', 'kubevirt', renameSecretKey('user-data')),

  // Monitoring
  seed(
    'metric-known',
    'a metric that nobody serves',
    'kubernetes, watched and scaled',
    set('PrometheusRule/bookinfo', 'spec/groups/0/rules/0/expr', 'rate(http_requests_total[5m]) > 1')
  ),
  seed(
    'metric-known',
    'a label that the metric has not',
    'kubernetes, watched and scaled',
    set('PrometheusRule/bookinfo', 'spec/groups/0/rules/0/expr', 'rate(request_result_total{code="500"}[5m]) > 1')
  ),
  seed(
    'monitor-labels',
    'services that cannot be told apart',
    'kubernetes, watched and scaled',
    set('ServiceMonitor/bookinfo', 'spec/podTargetLabels', ['version'])
  ),

  // Schemas
  seed(
    'schema',
    'a misspelt field of Kubernetes',
    'kubernetes',
    set(details, `${container}/imagePullPolicies`, 'Always')
  ),
  seed('schema', 'a text where a number belongs', 'kubernetes', set(details, 'spec/replicas', 'one')),
  seed('schema', 'a misspelt field of Istio', 'istio', set('VirtualService/bookinfo', 'spec/http/0/rout', [])),
  seed('schema', 'a value that Istio has not', 'istio', set('PeerAuthentication/default', 'spec/mtls/mode', 'strict')),
  seed(
    'schema',
    'a misspelt field of the Gateway API',
    'gateway-api',
    set('HTTPRoute/bookinfo', 'spec/rules/0/backends', [])
  ),
  seed(
    'schema',
    'a misspelt field of Prometheus',
    'kubernetes, watched and scaled',
    set('ServiceMonitor/bookinfo', 'spec/endpoint', [])
  ),
  seed(
    'schema',
    'a startup probe, which KubeVirt has not',
    'kubevirt',
    set(machine, `${pod}/startupProbe`, { httpGet: { port: 9080 } })
  ),
  seed('vm-binding-kind', 'a binding that is gone', 'kubevirt', set(machine, `${devices}/interfaces/0/slirp`, {})),
  seed('schema', 'an unknown field of a Route', 'openshift', set('Route/bookinfo', 'spec/tls/termintion', 'edge')),
  seed(
    'schema',
    'a kind of an older version',
    'kubernetes',
    add({ apiVersion: 'policy/v1beta1', kind: 'PodSecurityPolicy', metadata: { name: 'x', namespace: 'bookinfo' } })
  )
]

function seed(rule: string, mistake: string, on: string, make: Mistake): SeededMistake {
  return { rule, mistake, on, make }
}

/** Sets one of the settings that all services share. */
function setting(name: string, value: string): Mistake {
  return (world) => set(nameOf(world, 'ConfigMap', 'bookinfo-settings'), `data/${name}`, value)(world)
}

/** Replaces what cloud-init is given. */
function userData(content: string): Mistake {
  return editUserData((data) => {
    data['userdata'] = Buffer.from(content).toString('base64')
  })
}

function renameSecretKey(key: string): Mistake {
  return editUserData((data) => {
    data[key] = data['userdata'] ?? ''
    delete data['userdata']
  })
}

function editUserData(change: (data: JsonObject) => void): Mistake {
  return (world) =>
    edit(nameOf(world, 'Secret', 'details-v1-userdata'), ({ data }) => {
      if (isObject(data)) change(data)
    })(world)
}

/** Of what kustomize gives a hash in its name. */
function nameOf({ manifests, target }: World, kind: string, start: string): string {
  const found = manifests.find((manifest) => manifest.kind === kind && manifest.name.startsWith(start))
  if (!found) throw new Error(`there is no ${kind} ${start}… in ${target}`)
  return title(found)
}

function scaler(deployment: string): JsonObject {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: deployment, namespace: 'bookinfo' },
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: deployment }, maxReplicas: 5 }
  }
}

function route(name: string, host: string): JsonObject {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name, namespace: 'bookinfo' },
    spec: { hosts: [host], http: [{ route: [{ destination: { host } }] }] }
  }
}

function openRuleFirst(body: JsonObject): void {
  const rules = at(body, 'spec.http')
  if (Array.isArray(rules)) rules.unshift({ route: [{ destination: { host: 'productpage' } }] })
}

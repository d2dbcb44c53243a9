/** Lessons that are not run, and why not. */
export const lessonsNotRun: Record<string, string> = {
  'egress/details-v2-google-books.yaml': 'a pod of this cluster does not reach the internet',
  'egress/details-v2-tls-origination.yaml': 'a pod of this cluster does not reach the internet',
  'faults/ratings-v-unhealthy.yaml': 'it takes half an hour',
  'observability/sampling-10.yaml': 'the lessons run without Jaeger, which is built for the tests of traces',
  'rate-limit/gateway-global.yaml': 'istio-pages runs the same limits with the same service'
}

/** Folders whose lessons are always run. Those of the others are run with `BOOKINFO_LESSONS=all`. */
export const usualFolders = ['mirroring', 'routing', 'shifting']

/** Overlays whose own lessons are not run, and why not. */
export const overlaysNotRun: Record<string, string> = {
  ambient: 'the same lessons as on gateway-api, by a proxy of the node',
  'istio-databases': 'its databases are published as images only',
  'kubevirt-databases': 'npm run test:kubevirt runs them',
  hybrid: 'npm run test:kubevirt runs them',
  kubevirt: 'npm run test:kubevirt runs them',
  'openshift-virtualization': 'it needs OpenShift and KubeVirt'
}

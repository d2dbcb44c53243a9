const turbo = 'Options go to turbo, for example --filter=@bookinfo/details or --force.'

/** The answer to `--help`, without installing or building anything. `own`: once installed, the program lists its options. */
export const help = {
  start: { text: 'npm start -- [options]: starts the whole suite on this machine', own: true },
  dev: { text: 'npm run dev -- [options]: starts the whole suite with hot reload', own: true },
  load: { text: 'npm run load -- [options]: opens the page at a steady rate and counts what comes back', own: true },
  traces: { text: 'npm run traces -- diff A B [options]: compares two traces', own: true },
  test: { text: `npm test -- [options]: checks types and style, and runs all tests. ${turbo}` },
  build: { text: `npm run build -- [options]: makes services/*/dist, one file for each service. ${turbo}` },
  pack: { text: 'npm run pack -- [options]: writes the npm package, for npx bookinfo', own: true },
  images: { text: 'npm run images -- [options]: builds the container images', own: true },
  'test:images': { text: 'npm run test:images -- [options]: builds and tests the images. Options go to vitest.' },
  'vm:build': { text: 'npm run vm:build -- [machine] [options]: builds the image of a virtual machine', own: true },
  'vm:boot': { text: 'npm run vm:boot -- [machine] [options]: boots a virtual machine', own: true },
  'vm:verify': {
    text: 'npm run vm:verify -- [image]: boots an image of a virtual machine by each firmware',
    own: true
  },
  'test:vm': { text: 'npm run test:vm -- [options]: builds and tests the virtual machines. Options go to vitest.' },
  typecheck: { text: 'npm run typecheck -- [options]: checks the types. Options go to tsc.' },
  lint: { text: 'npm run lint -- [files]: checks style, form and the boundaries of the workspaces' },
  fmt: { text: 'npm run fmt -- [files]: mends style and form' },
  pictures: {
    text: `npm run pictures: starts the suite and takes the moving pictures of docs/learn, with Chromium
npm run pictures -- cluster: takes those of deploy/lessons/virtual-machine in the cluster that KUBECONFIG names`
  },
  figures: {
    text: 'npm run figures: prints the figures for which CONTRIBUTING.md sets goals, and what npm start needs'
  },
  cluster: { text: 'npm run cluster -- [options]: brings up a Kubernetes cluster on this machine', own: true },
  'test:cluster': {
    text: 'npm run test:cluster -- [options]: tests the manifests in a cluster. Options go to vitest.'
  },
  'test:mesh': {
    text: 'npm run test:mesh -- [options]: tests the manifests in a cluster with Istio. Options go to vitest.'
  },
  'test:kubevirt': {
    text: 'npm run test:kubevirt -- [options]: tests the virtual machines in a cluster with KubeVirt. Options go to vitest.'
  },
  manifests: { text: 'npm run manifests -- [options]: checks or renders the manifests', own: true },
  samples: { text: 'npm run samples -- [options]: writes samples/bookinfo from the manifests in deploy', own: true },
  chart: { text: 'npm run chart -- [options]: writes a Helm chart from the manifests in deploy', own: true },
  equivalence: { text: 'npm run equivalence -- [options]: compares process, container and machine', own: true },
  fuzz: { text: 'npm run fuzz -- [options]: sends made-up requests to the suite', own: true },
  bench: { text: 'npm run bench -- [options]: compares the speed of the page with that of other suites', own: true },
  endure: {
    text: 'npm run endure -- [options]: overloads, stops, starves and kills services, and counts losses',
    own: true
  }
}

import { set } from './mutate.ts'
import { container, details, machine, page, pod, reviews, seed, setting, userData, type Mutation } from './mutation.ts'

/** In settings and images. */
export const settingMutations: readonly Mutation[] = [
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
  )
]

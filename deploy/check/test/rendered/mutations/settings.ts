import { set } from './mutate.ts'
import { container, details, machine, page, pod, reviews, mutationsOn, setting, userData } from './mutation.ts'

/** In settings and images. */
export const settingMutations = mutationsOn({
  kubernetes: {
    'setting-known': {
      'a misspelt variable': set(page, `${container}/env/0/name`, 'SESION_SECRET'),
      'a misspelt variable for all': setting('SHUTDOWN_DELAY', '3000'),
      'a variable that Kubernetes sets to an address': set(reviews, `${container}/env`, [
        { name: 'RATINGS_PORT', value: '9080' }
      ])
    },
    'setting-value': {
      'a value that stops the start': set(reviews, `${container}/env`, [{ name: 'ENABLE_RATINGS', value: 'yes' }]),
      'a value that is ignored with a warning': setting('OTEL_EXPORTER_OTLP_ENDPOINT', 'jaeger collector')
    },
    'image-pinned': { 'a floating tag': set(details, `${container}/image`, 'examples-bookinfo-details-v1:latest') },
    'image-known': {
      'an image that nobody builds': set(details, `${container}/image`, 'examples-bookinfo-details-v3:0.1.0'),
      'an image of the original': set(
        details,
        `${container}/image`,
        'registry.istio.io/release/examples-bookinfo-details-v1:1.20.3'
      )
    },
    'image-of-version': {
      'another version than the label says': set(reviews, `${container}/image`, 'examples-bookinfo-reviews-v3:0.1.0')
    }
  },
  kubevirt: {
    'setting-known': {
      'a misspelt variable in the machine': userData(
        '#cloud-config\nwrite_files:\n- path: /etc/bookinfo/details.env\n  content: |\n    LOGLEVEL=info\n'
      )
    },
    'setting-value': {
      'a value in the machine that stops the start': userData(
        '#cloud-config\nwrite_files:\n- path: /etc/bookinfo/details.env\n  content: |\n    SHUTDOWN_DELAY_MS=3s\n'
      )
    },
    'image-pinned': {
      'no tag on the machine': set(machine, `${pod}/volumes/0/containerDisk/image`, 'examples-bookinfo-details-vm-v1')
    }
  }
})

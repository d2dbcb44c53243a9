import { catalogue } from '../../src/index.ts'
import { runServicesIn } from '@bookinfo/service-kit/testing'
import { startImage } from './index.ts'

// The image with the version that a test sets, or the first image of the service.
runServicesIn((service, env, options) => {
  const candidates = catalogue.filter((image) => image.service === service)
  const image = candidates.find(({ args }) => args['SERVICE_VERSION'] === env['SERVICE_VERSION']) ?? candidates[0]
  if (image === undefined) throw new Error(`there is no image of ${service}`)
  return startImage(image.name, env, options)
})

import { explainFailure, print, stopOnSignals } from '@bookinfo/cli'
import { areBuilt } from './are-built.ts'
import { writeBills } from './bills.ts'
import { referenceTo, type Plan } from './builder.ts'
import { chooseBuilder } from './choose-builder.ts'
import { makeDebianBase, makeDebugLayer } from './debian-base.ts'
import { ownPlatform, platforms, readOptions, usage } from './options.ts'
import { readSources } from './sources.ts'

stopOnSignals()

await explainFailure(async () => {
  const sources = await readSources(process.env)
  const options = readOptions(process.argv.slice(2), process.env, sources.version)
  if (options.help) return print(usage.trimEnd())
  const builder = await chooseBuilder(options.builder)
  const fallback = options.push ? platforms : [ownPlatform()]
  const plan: Plan & { debug: boolean } = {
    ...options,
    sources,
    platforms: options.platforms.length > 0 ? options.platforms : fallback
  }
  const { images } = options
  const all = options.debug ? [plan, { ...plan, tag: `${plan.tag}-debug` }] : [plan]
  const built = options.unlessBuilt && (await Promise.all(all.map((each) => areBuilt(images, each, builder))))
  if (built && built.every(Boolean)) return print(`the images of commit ${sources.revision} are here already`)

  if (plan.base === 'debian') {
    for (const platform of plan.platforms) {
      print(`making the base for ${platform} from Debian's packages`)
      await makeDebianBase(platform, sources.epoch)
    }
  }
  print(
    `building ${images.length} ${images.length === 1 ? 'image' : 'images'} for ${plan.platforms.join(' and ')} with ${builder.name}`
  )
  await builder.build(images, plan, (reference) => print(`  ${reference}`))
  if (options.debug) {
    for (const platform of plan.platforms) await makeDebugLayer(platform, sources.epoch)
    for (const { name } of images) {
      await builder.buildDebug(referenceTo(name, plan), plan)
      print(`  ${referenceTo(name, plan)}-debug`)
    }
  }
  await writeBills(images, plan, builder)
  print('bills of materials: deploy/images/dist/*.cdx.json')
})

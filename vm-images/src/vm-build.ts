import { explainFailure, print, requireTools, stopOnSignals } from '@bookinfo/cli'
import { readSources } from '@bookinfo/images'
import { mkdir, stat } from 'node:fs/promises'
import { dirname, relative } from 'node:path'
import { ownArchitecture } from './architecture.ts'
import { writeBill } from './bill.ts'
import { buildOptions, buildUsage } from './build-options.ts'
import { containerDiskTools, makeContainerDisk } from './container-disk.ts'
import { diskTools, makeDisk } from './disk.ts'
import { filesOf } from './image.ts'
import { createStage } from './stage.ts'

stopOnSignals()

await explainFailure(async () => {
  const options = buildOptions(process.argv.slice(2))
  if (options.help) return print(buildUsage.trimEnd())
  const { image, architecture } = options
  const tools = { ...diskTools(architecture.name), ...containerDiskTools }
  await requireTools(`building a virtual machine for ${architecture.name}`, tools)
  const sources = await readSources(process.env)
  const files = filesOf(image, architecture.name)
  await mkdir(dirname(files.disk), { recursive: true })

  const time = architecture.name === ownArchitecture() ? 'one to two minutes' : 'emulated, a quarter of an hour or more'
  print(`building ${image.name} for ${architecture.name} from Debian's packages: ${time}`)
  await using stage = await createStage(image, architecture)
  const status = await makeDisk({ stage, architecture, sources, mirror: options.mirror, files })
  await writeBill(files.bill, image, status, sources)
  await makeContainerDisk({ image, architecture, sources, files })
  for (const file of Object.values(files)) {
    print(`  ${relative(process.cwd(), file)}  ${((await stat(file)).size / 1e6).toFixed(1)} MB`)
  }
})

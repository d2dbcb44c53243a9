import { explainFailure, Failure } from '@bookinfo/cli'
import { takeLearnPictures } from './learn.ts'
import { takeMachinePictures } from './machine.ts'

const [what = 'learn', ...more] = process.argv.slice(2)

await explainFailure(async () => {
  if (more.length > 0) throw new Failure(`unexpected argument "${more.join(' ')}"`)
  switch (what) {
    case 'learn':
      return takeLearnPictures()
    case 'cluster':
      return takeMachinePictures()
    default:
      throw new Failure(`npm run pictures takes "cluster" or nothing, got "${what}"`)
  }
})

import { describeFaults } from './faults.ts'
import { mongodPath, startMongodb } from './servers/mongodb.ts'
import { describeSpans } from './spans.ts'
import { describeStore } from './stores.ts'

const kind = mongodPath === '' ? 'what stands in for MongoDB' : 'MongoDB'

describeStore(kind, startMongodb)
describeFaults(kind, startMongodb)
describeSpans(kind, startMongodb)

import { describeFaults } from './faults.ts'
import { mongodPath, startMongodb } from './servers/mongodb.ts'
import { shareDatabase } from './servers/share.ts'
import { describeSpans } from './spans.ts'
import { describeStore } from './stores.ts'
import { describeTls } from './tls.ts'

const kind = mongodPath === '' ? 'what stands in for MongoDB' : 'MongoDB'

const start = shareDatabase(() => startMongodb())
describeStore(kind, start)
describeFaults(kind, start)
describeSpans(kind, start)
describeTls(kind, startMongodb)

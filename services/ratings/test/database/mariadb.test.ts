import { describe } from 'vitest'
import { describeFaults } from './faults.ts'
import { describeLocks } from './locks.ts'
import { describeMariadb } from './mariadb-only.ts'
import { mariadbPath, startMariadb } from './servers/mariadb.ts'
import { shareDatabase } from './servers/test-database.ts'
import { describeSpans } from './spans.ts'
import { describeStore } from './stores.ts'
import { describeTls } from './tls.ts'

describe.runIf(mariadbPath)('MariaDB', () => {
  const start = shareDatabase(() => startMariadb())
  describeStore('MariaDB', start)
  describeFaults('MariaDB', start)
  describeSpans('MariaDB', start)
  describeLocks('MariaDB', start)
  describeTls('MariaDB', startMariadb)
  describeMariadb()
})

import { describe } from 'vitest'
import { describeFaults } from './faults.ts'
import { mariadbPath, startMariadb } from './servers/mariadb.ts'
import { describeSpans } from './spans.ts'
import { describeStore } from './stores.ts'

describe.runIf(mariadbPath)('MariaDB', () => {
  describeStore('MariaDB', startMariadb)
  describeFaults('MariaDB', startMariadb)
  describeSpans('MariaDB', startMariadb)
})

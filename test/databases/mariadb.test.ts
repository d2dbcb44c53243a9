import { describe } from 'vitest'
import { mariadbPath, startMariadb } from './servers/mariadb.ts'
import { describeStore } from './stores.ts'

describe.runIf(mariadbPath)('MariaDB', () => {
  describeStore('MariaDB', startMariadb)
})

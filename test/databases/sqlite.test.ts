import { startSqlite } from './servers/sqlite.ts'
import { describeStore } from './stores.ts'

describeStore('SQLite', startSqlite)

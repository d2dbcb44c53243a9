import { startSqlite } from './servers/sqlite.ts'
import { describeSpans } from './spans.ts'
import { describeStore } from './stores.ts'

describeStore('SQLite', startSqlite)
describeSpans('SQLite', startSqlite)

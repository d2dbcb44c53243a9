import { Type, type Static } from 'typebox'

const port = (fallback: number, of: string) =>
  Type.Integer({ default: fallback, minimum: 1, maximum: 65535, description: `Port of ${of}.` })
const host = (of: string) =>
  Type.String({
    default: 'localhost',
    pattern: '^[A-Za-z0-9.:_-]{1,253}$',
    allowed: 'a host name or address',
    description: `Host of ${of}.`
  })
const user = (fallback: string, of: string) =>
  Type.String({ default: fallback, maxLength: 128, description: `User of ${of}.` })
const password = (of: string) =>
  Type.String({ default: '', maxLength: 1024, secret: true, description: `Password of that user of ${of}.` })

/** The original's names, and similar names for other settings. The database is called `test`, as in the original. */
export const databaseSettings = {
  DB_TYPE: Type.Enum(['mongodb', 'mysql', 'postgres', 'sqlite'], {
    default: 'mongodb',
    description: 'Database of `v2`; other versions have none. `mysql` is MariaDB too.'
  }),
  MYSQL_DB_HOST: host('MySQL'),
  MYSQL_DB_PORT: port(3306, 'MySQL'),
  MYSQL_DB_USER: user('root', 'MySQL'),
  MYSQL_DB_PASSWORD: password('MySQL'),
  POSTGRES_DB_HOST: host('PostgreSQL'),
  POSTGRES_DB_PORT: port(5432, 'PostgreSQL'),
  POSTGRES_DB_USER: user('postgres', 'PostgreSQL'),
  POSTGRES_DB_PASSWORD: password('PostgreSQL'),
  MONGO_DB_URL: Type.String({
    default: '',
    pattern: '^(mongodb(\\+srv)?://.+)?$',
    secret: true,
    allowed: 'a mongodb:// or mongodb+srv:// address',
    description: 'Address of MongoDB, for example `mongodb://mongodb:27017/test`.'
  }),
  SQLITE_DB_FILE: Type.String({
    default: 'ratings.db',
    minLength: 1,
    description: 'File of SQLite; made if it is not there.'
  }),
  DB_TLS: Type.Enum(['off', 'verify-ca', 'verify-full'], {
    default: 'off',
    description:
      'TLS to MySQL, PostgreSQL or MongoDB. `verify-ca` checks who has signed the certificate, `verify-full` also that it ' +
      'names the host.'
  }),
  DB_TLS_CA_FILE: Type.String({
    default: '',
    description: 'Certificates (PEM) that may have signed that of the database; those that Node trusts if unset.'
  })
}

const DatabaseConfig = Type.Object(databaseSettings)
export type DatabaseConfig = Static<typeof DatabaseConfig>

/** Texts that must not be logged, the longest first. The address of MongoDB contains the password, percent-encoded. */
export function secretsOf({ MYSQL_DB_PASSWORD, POSTGRES_DB_PASSWORD, MONGO_DB_URL }: DatabaseConfig): string[] {
  const [, encoded = ''] = /^[^/]+\/\/[^:@/]*:([^@/]*)@/.exec(MONGO_DB_URL) ?? []
  const secrets = [MONGO_DB_URL, MYSQL_DB_PASSWORD, POSTGRES_DB_PASSWORD, encoded, decode(encoded)]
  return [...new Set(secrets)].filter((secret) => secret !== '').toSorted((a, b) => b.length - a.length)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

import type { DatabaseConfig } from './settings.ts'

/** Texts that no log line may hold, the longest first: the address of MongoDB has its password inside, written for addresses. */
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

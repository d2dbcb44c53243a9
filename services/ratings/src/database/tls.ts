import { ConfigError } from '@bookinfo/service-kit'
import { readFile } from 'node:fs/promises'
import type { DatabaseConfig } from './settings.ts'

export interface TlsOptions {
  /** Whether the certificate must name the host; it must be good in any case. */
  checkHost: boolean
  /** Certificates to trust, as PEM; those of the system if absent. */
  ca: string | undefined
}

/** @throws ConfigError naming the setting */
export async function readTls(config: DatabaseConfig): Promise<TlsOptions | undefined> {
  const { DB_TYPE: type, DB_TLS: mode, DB_TLS_CA_FILE: file } = config
  if (mode === 'off') {
    // Whoever names authorities wants them asked, and must not be left with a plain connection.
    if (file === '') return undefined
    throw new ConfigError(
      'DB_TLS_CA_FILE is set, but DB_TLS is off: set DB_TLS to verify-ca or verify-full, or leave DB_TLS_CA_FILE unset'
    )
  }
  if (type === 'sqlite') throw new ConfigError(`DB_TLS must be off with DB_TYPE=sqlite, got "${mode}"`)
  const checkHost = mode === 'verify-full'
  if (file === '') return { checkHost, ca: undefined }
  try {
    return { checkHost, ca: await readFile(file, 'utf8') }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : error
    throw new ConfigError(`DB_TLS_CA_FILE names a file that cannot be read: "${file}" (${String(code)})`, {
      cause: error
    })
  }
}

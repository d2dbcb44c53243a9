/** How to reach a database server, and how much of it to use. */
export interface ServerOptions {
  host: string
  port: number
  user: string
  password: string
  database: string
  /** Plain text if absent. */
  tls: TlsOptions | undefined
  /** Milliseconds for connecting, and for waiting until a lock is free. */
  timeoutMs: number
  /** Milliseconds after which a connection that nobody uses is closed. */
  idleTimeoutMs: number
  maxConnections: number
}

export interface TlsOptions {
  /** Whether the certificate must name the host; it must be good in any case. */
  checkHost: boolean
  /** Certificates to trust, as PEM; those of the system if absent. */
  ca: string | undefined
}

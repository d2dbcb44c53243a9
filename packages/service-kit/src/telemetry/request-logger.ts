import type { FastifyBaseLogger } from 'fastify'

type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'

/**
 * The logger of one request, which adds the request's ids to what it writes. It is a child of the app's logger that is made
 * when it is first used: most requests write nothing but their last line, and making a child takes longer than that.
 */
export class RequestLogger implements FastifyBaseLogger {
  readonly #parent: FastifyBaseLogger
  readonly #ids: () => object
  #child: FastifyBaseLogger | undefined

  constructor(parent: FastifyBaseLogger, ids: () => object) {
    this.#parent = parent
    this.#ids = ids
  }

  get level(): string {
    return this.#parent.level
  }

  trace(...line: unknown[]): void {
    this.#write('trace', line)
  }

  debug(...line: unknown[]): void {
    this.#write('debug', line)
  }

  info(...line: unknown[]): void {
    this.#write('info', line)
  }

  warn(...line: unknown[]): void {
    this.#write('warn', line)
  }

  error(...line: unknown[]): void {
    this.#write('error', line)
  }

  fatal(...line: unknown[]): void {
    this.#write('fatal', line)
  }

  silent(): void {}

  child(...bindings: Parameters<FastifyBaseLogger['child']>): FastifyBaseLogger {
    return this.#made().child(...bindings)
  }

  #made(): FastifyBaseLogger {
    return (this.#child ??= this.#parent.child({ ...this.#ids() }))
  }

  #write(level: Level, line: unknown[]): void {
    const child = this.#made()
    Reflect.apply(child[level], child, line)
  }
}

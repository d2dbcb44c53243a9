/** A way to run `details`, for the comparison. */
export interface Runtime {
  name: string
  /** What exactly is measured, for the reader of the table. */
  about(): Promise<string>
  /** What must be done before it can start; undefined if nothing. */
  missing(): Promise<string | undefined>
  /** Bytes of the image or file. */
  bytes(): Promise<number>
  start(): Promise<Started>
}

export interface Started extends AsyncDisposable {
  origin: string
  /** Resolves when nothing else is starting in it; undefined if nothing else does. */
  settled?(): Promise<unknown>
  /** The processes that belong to it. */
  pids(): Promise<number[]>
  /** Asks it to end as its platform does, and waits for the end. */
  stop(): Promise<void>
}

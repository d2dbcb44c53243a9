/** Something that `details` runs in, for the comparison. */
export interface Substrate {
  name: string
  /** What exactly was measured, for the reader of the table. */
  about(): Promise<string>
  /** What has to be done before it can be started; undefined if it can. */
  missing(): Promise<string | undefined>
  /** Bytes that are brought to where it runs. */
  bytes(): Promise<number>
  start(): Promise<Started>
}

export interface Started extends AsyncDisposable {
  origin: string
  /** Resolves when nothing else starts beside it any more; undefined where nothing does. */
  settled?(): Promise<unknown>
  /** The processes that are there because of it. */
  pids(): Promise<number[]>
  /** Asks it to end as its platform does, and waits until it is gone. */
  stop(): Promise<void>
}

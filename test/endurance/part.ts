import type { Progress } from '../bench/progress.ts'

export interface PartOptions {
  /** Pages of the soak, and stops of each service. */
  pages: number
  stops: number
  progress: Progress
}

/** What a part found. */
export interface Findings {
  /** For people: a table in Markdown. */
  text: string
  /** For programs. */
  figures: unknown
  /** SVG; undefined if there is nothing to draw. */
  picture?: string
  /** What is not as it should be, in sentences. The command fails if there are any. */
  problems: string[]
}

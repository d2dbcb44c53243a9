import { html } from '@bookinfo/service-kit'

/** Pixels. The font is the reader's, so each line is stretched to what its letters take here. */
const LETTER = 8.4
const LINE = 20
const MARGIN = 16

/**
 * Draws commands and their output as a terminal shows them, as SVG.
 *
 * @param marked lines that contain it stand out
 */
export function drawTerminal(text: string, marked: string): string {
  const lines = text.trimEnd().split('\n')
  const width = Math.ceil(Math.max(...lines.map(({ length }) => length)) * LETTER) + 2 * MARGIN
  const height = lines.length * LINE + 2 * MARGIN
  const shown = lines.map((line, index) => {
    const kind = line.startsWith('$') ? 'command' : line.includes(marked) ? 'marked' : 'output'
    const y = MARGIN + (index + 0.75) * LINE
    return html`<text class="${kind}" x="${MARGIN}" y="${y}" textLength="${(line.length * LETTER).toFixed(1)}"
      >${line}</text
    > `
  })
  return html`<svg
    xmlns="http://www.w3.org/2000/svg"
    viewBox="0 0 ${width} ${height}"
    width="${width}"
    height="${height}"
  >
    <style>
      text {
        font:
          14px ui-monospace,
          monospace;
        white-space: pre;
      }
      .back {
        fill: #1c1e2a;
      }
      .command {
        fill: #b3b6ff;
      }
      .output {
        fill: #ebe8e1;
      }
      .marked {
        fill: #f0ad4e;
      }
    </style>
    <rect class="back" width="${width}" height="${height}" rx="10" />
    ${shown.filter((_, index) => lines[index] !== '')}
  </svg>`.html
}

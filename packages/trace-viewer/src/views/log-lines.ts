import { html, type Html } from '@bookinfo/service-kit'
import { showOffset } from '../figures.ts'
import type { LogLine } from '../log-store.ts'
import type { Trace } from '../trace-store.ts'
import { serviceName, type Palette } from './service-name.ts'

export interface LogLinesContext {
  trace: Trace
  /** The start of the trace. */
  startUs: number
  palette: Palette
}

/** The log lines of the services with the id of a trace. */
export function logLinesView(lines: readonly LogLine[], { trace, startUs, palette }: LogLinesContext): Html {
  const at = ({ spanId, timeUs }: LogLine) => {
    const offset = showOffset(timeUs - startUs)
    return trace.spans.has(spanId) ? html`<a href="#span-${spanId}">${offset}</a>` : offset
  }
  return html`<section class="card" aria-labelledby="log-title">
    <h2 id="log-title">What the services logged</h2>
    ${logTable(lines, palette, at)}
  </section>`
}

/** @param at when a line was written, as a link to where more is known of it */
export function logTable(lines: readonly LogLine[], palette: Palette, at: (line: LogLine) => Html | string): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Table of log lines">
    <table class="log small">
      <thead>
        <tr>
          <th scope="col">At</th>
          <th scope="col">Service</th>
          <th scope="col">Level</th>
          <th scope="col">Line</th>
        </tr>
      </thead>
      <tbody>
        ${lines.map((line) => {
          const { service, version, level, message, fields } = line
          return html`<tr>
            <td class="figure">${at(line)}</td>
            <td>${serviceName(service, palette, version)}</td>
            <td><span class="${levelClass(level)}">${level}</span></td>
            <td>${message} ${fields.map(([name, value]) => html`<code>${name}=${value}</code> `)}</td>
          </tr>`
        })}
      </tbody>
    </table>
  </div>`
}

function levelClass(level: string): string {
  if (level === 'error' || level === 'fatal') return 'mark bad'
  return level === 'warn' ? 'mark odd' : ''
}

import { html, type Html } from '@bookinfo/service-kit'
import { showCount, showTime } from '../figures.ts'
import { levels, type LogFilter } from '../log-filter.ts'
import type { LogLine } from '../log-store.ts'
import { spanHref } from '../span.ts'
import { field, known, select } from './filter-form.ts'
import { logTable } from './log-lines.ts'
import { liveButton } from './notices.ts'
import type { Palette } from './service-name.ts'

export interface LogsView {
  filter: LogFilter
  services: readonly string[]
  versions: readonly string[]
  /** Newest first, as many as are shown. */
  shown: readonly LogLine[]
  /** How many pass the filter. */
  found: number
  kept: number
  palette: Palette
}

const levelNames = {
  trace: 'All',
  debug: 'debug and above',
  info: 'info and above',
  warn: 'warn and above',
  error: 'error and above',
  fatal: 'fatal'
}

/** The content of `/logs`. */
export function logsView({ filter, services, versions, shown, found, kept, palette }: LogsView): Html {
  return html`<div class="head">
      <h1>Logs</h1>
      ${liveButton}
    </div>
    <form class="card filters" method="get" action="/logs" aria-label="Filter the log lines">
      ${field('service', 'Service', known('service', filter.service, services))}
      ${field('version', 'Version', known('version', filter.version, versions))}
      ${field('level', 'Level', select('level', levelNames, levels, filter.level))}
      ${field('text', 'Text', html`<input id="text" name="text" autocomplete="off" value="${filter.text}" />`)}
      <div class="row">
        <button class="button" type="submit">Filter</button>
        <a href="/logs">Reset</a>
      </div>
    </form>
    <section id="lines" class="card" aria-label="Log lines" data-live>
      ${
        found === 0
          ? html`<p>
              ${kept === 0 ? 'No log lines yet: npm start sends those of requests.' : `No line is like that, of ${showCount(kept, 'line')}.`}
            </p>`
          : html`<p class="quiet">
                ${shown.length < found && `The newest ${shown.length} of `}${showCount(found, 'line')}, newest first.
                The time leads to the span.
              </p>
              ${logTable(shown, palette, (line) => html`<a href="${spanHref(line)}">${showTime(line.timeUs).slice(11)}</a>`)}`
      }
    </section>`
}

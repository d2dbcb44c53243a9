import { html, type Html } from '@bookinfo/service-kit'
import { periods, showMinutes } from '../period.ts'
import { orders, statusChoices, type TraceFilter } from '../trace-filter.ts'

export interface FilterChoices {
  services: readonly string[]
  versions: readonly string[]
  /** Names of spans. */
  operations: readonly string[]
}

const statusNames = { any: 'Any', ok: 'Without errors', error: 'With errors' }
const orderNames = { newest: 'Newest first', longest: 'Longest first' }

/** The form above the list of traces. */
export function filterForm(filter: TraceFilter, { services, versions, operations }: FilterChoices): Html {
  return html`<form class="card filters" method="get" action="/" aria-label="Filter the traces">
    ${field('service', 'Service', known('service', filter.service, services))}
    ${field('version', 'Version', known('version', filter.version, versions))}
    ${field('caller', 'Called by', known('caller', filter.caller, services))}
    ${field(
      'operation',
      'Operation',
      html`<input id="operation" name="operation" list="operations" autocomplete="off" value="${filter.operation}" />
        <datalist id="operations">${operations.map((name) => html`<option value="${name}"></option>`)}</datalist>`
    )}
    ${field(
      'tag',
      'Tag',
      html`<input id="tag" name="tag" autocomplete="off" placeholder="http.route=/reviews/:id" value="${filter.tag}" />`
    )}
    ${field('status', 'Status', select('status', statusNames, statusChoices, filter.status))}
    ${field('min', 'At least, in ms', milliseconds('min', filter.minMs > 0 && filter.minMs))}
    ${field('max', 'At most, in ms', milliseconds('max', filter.maxMs < Infinity && filter.maxMs))}
    ${field(
      'minutes',
      'From the last',
      html`<select id="minutes" name="minutes">
        ${periods
          .toSorted((a, b) => a - b)
          .map((minutes) => option(String(minutes), showMinutes(minutes), minutes === filter.minutes))}
      </select>`
    )}
    ${field('sort', 'Order', select('sort', orderNames, orders, filter.order))}
    <div class="row">
      <button class="button" type="submit">Filter</button>
      <a href="/">Reset</a>
    </div>
  </form>`
}

export function field(id: string, label: string, control: Html): Html {
  return html`<div><label for="${id}">${label}</label>${control}</div>`
}

/** A choice of names that were seen; the script keeps it up to date. */
export function known(id: string, chosen: string, names: readonly string[]): Html {
  const all = names.includes(chosen) || chosen === '' ? names : [chosen, ...names]
  return html`<select id="${id}" name="${id}" data-live>
    <option value="">All</option>
    ${all.map((name) => option(name, name, name === chosen))}
  </select>`
}

export function select<Choice extends string>(
  id: string,
  names: Record<Choice, string>,
  choices: readonly Choice[],
  chosen: Choice
): Html {
  return html`<select id="${id}" name="${id}">
    ${choices.map((choice) => option(choice, names[choice], choice === chosen))}
  </select>`
}

function milliseconds(id: string, value: number | false): Html {
  return html`<input id="${id}" name="${id}" type="number" min="0" step="any" inputmode="decimal" value="${value}" />`
}

function option(value: string, name: string, selected: boolean): Html {
  return html`<option value="${value}" ${selected && html`selected`}>${name}</option>`
}

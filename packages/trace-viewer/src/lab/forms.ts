import { html, type Html } from '@bookinfo/service-kit'
import { field } from '../views/filter-form.ts'

interface Choice {
  name: string
  label: string
  options: readonly string[]
  chosen?: string
  button: string
}

/** A form in a section of its own, with one choice. */
export function choice(set: string, title: string, { name, label, options, chosen, button }: Choice): Html {
  return html`<section class="card" aria-labelledby="${set}-title">
    <h2 id="${set}-title">${title}</h2>
    ${form(
      set,
      html`<label for="${set}">${label}</label>
        <select id="${set}" name="${name}">
          ${options.map((each) => html`<option ${each === chosen && html`selected`}>${each}</option>`)}
        </select>
        <p><button class="button" name="set" value="${set}">${button}</button></p>`
    )}
  </section>`
}

export function form(label: string, content: Html): Html {
  return html`<form method="post" action="/lab" aria-label="${label}">${content}</form>`
}

type Attributes = Readonly<{ name: string } & Record<string, string | number | undefined>>

/** An input with its label. @param index tells fields of the same name apart */
export function numbered(index: number, label: string, attributes: Attributes): Html {
  const id = `${attributes.name}-${index}`
  const settings = Object.entries(attributes).map(([key, value]) => html`${key}="${value}" `)
  return field(id, label, html`<input id="${id}" ${settings} />`)
}

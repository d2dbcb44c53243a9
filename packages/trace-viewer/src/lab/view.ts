import { faultBounds, loadBounds, type Fault, type LabState } from '@bookinfo/contracts/lab'
import { html, type Html } from '@bookinfo/service-kit'
import { explain, type Explanation } from './explain.ts'
import { choice, form, numbered } from './forms.ts'

const heading = html`<h1>Lab</h1>
  <p>
    Break something, reload the page of the suite, and see what happens in its <a href="/">traces</a> and on the
    <a href="/map">map</a>. A change counts for the next request.
  </p>`

/** The page without a lab to control. */
export function noLabView(problem: string): Html {
  return html`${heading}
    <section class="card">
      <p>${problem}</p>
    </section>`
}

/** @param problem why the last change was refused */
export function labView(state: LabState, problem?: string): Html {
  return html`${heading}
  ${
    problem !== undefined &&
    html`<section class="notice bad" role="alert">
      <h2>That was refused</h2>
      <p>${problem}</p>
    </section>`
  }
  ${seen(explain(state))} ${load(state)} ${faults(state)} ${split(state)} ${services(state)} ${ratings(state)}
  ${lessons(state)}`
}

function seen(explanations: readonly Explanation[]): Html {
  return html`<section class="card" aria-labelledby="seen">
    <h2 id="seen">What you see</h2>
    ${
      explanations.length === 0
        ? html`<p>Nothing is set: the versions of reviews take turns, and every call gets its answer.</p>`
        : html`<ul>
            ${explanations.map(
              ({ text, lesson }) =>
                html`<li>
                  ${text} ${lesson !== undefined && html`In a cluster: <code>${inRepository(lesson)}</code>`}
                </li>`
            )}
          </ul>`
    }
    ${form('reset', html`<button class="button" name="set" value="reset">Take back faults, split and lessons</button>`)}
  </section>`
}

function inRepository(lesson: string): string {
  return lesson.startsWith('deploy/') ? lesson : `deploy/lessons/${lesson}`
}

function load({ load: { perSecond } }: LabState): Html {
  const max = `${loadBounds.greatest}`
  const value = perSecond || undefined
  const number = { type: 'number', min: '0', max, step: '1', placeholder: 'off' }
  return html`<section class="card" aria-labelledby="load">
    ${form(
      'load',
      html`<h2 id="load">Load ${perSecond > 0 && html`<span class="mark">on</span>`}</h2>
        <p>
          Readers who open the page at a steady rate, every fifth of them signed in as jason, keep every picture moving.
        </p>
        <div class="filters">
          ${numbered(0, 'Readers a second', { name: 'perSecond', value, ...number })}
          <div class="row">
            <button class="button" name="set" value="load">Set</button>
            ${perSecond > 0 && html`<button class="button" name="set" value="no-load">Switch off</button>`}
          </div>
        </div>`
    )}
  </section>`
}

function faults({ edges }: LabState): Html {
  return html`<section aria-labelledby="faults">
    <h2 id="faults">Calls between the services</h2>
    ${edges.map(({ from, to, fault }, index) => faultForm(`${from} to ${to}`, index, fault))}
  </section>`
}

function faultForm(edge: string, index: number, fault: Fault | undefined): Html {
  const number = { type: 'number', min: '0', step: 'any' }
  const { delayMs, abort, percent } = faultBounds
  const [most, statuses] = [`${delayMs.greatest / 1000}`, { min: `${abort.least}`, max: `${abort.greatest}` }]
  const delayS = fault?.delayMs === undefined ? undefined : fault.delayMs / 1000
  return html`<div class="card">
    ${form(
      edge,
      html`<input type="hidden" name="edge" value="${edge}" />
        <fieldset class="filters">
          <legend>${edge} ${fault && html`<span class="mark bad">fault</span>`}</legend>
          ${numbered(index, 'Delay, in s', { name: 'delay', value: delayS, ...number, max: most })}
          ${numbered(index, 'Status instead of a call', { name: 'abort', value: fault?.abort, ...number, ...statuses, step: '1' })}
          ${numbered(index, 'Of 100 calls', { name: 'percent', value: fault?.percent, ...number, max: `${percent.greatest}`, placeholder: '100' })}
          ${numbered(index, 'Only for the reader', { name: 'user', value: fault?.user, placeholder: 'everybody', autocomplete: 'off' })}
          <div class="row">
            <button class="button" name="set" value="fault">Set</button>
            ${fault && html`<button class="button" name="set" value="no-fault">Take back</button>`}
          </div>
        </fieldset>`
    )}
  </div>`
}

function split({ services, split: shares }: LabState): Html {
  const versions = services.flatMap(({ name }) => /^reviews-(v[0-9]+)$/.exec(name)?.[1] ?? [])
  const number = { type: 'number', min: '0', max: '100', step: 'any' }
  return html`<section class="card" aria-labelledby="split">
    ${form(
      'split',
      html`<h2 id="split">Versions of reviews</h2>
        <div class="filters">
          ${versions.map((version, index) => numbered(index, `${version}, of 100 calls`, { name: version, value: shares[version], ...number }))}
          <div class="row">
            <button class="button" name="set" value="split">Split</button>
            <button class="button" name="set" value="turns">By turns</button>
          </div>
        </div>`
    )}
  </section>`
}

function services({ services: all }: LabState): Html {
  return html`<section class="card" aria-labelledby="services">
    <h2 id="services">Services</h2>
    <div class="scroll" tabindex="0" role="region" aria-label="Table of services">
      <table class="stack lab">
        <thead>
          <tr>
            <th scope="col">Service</th>
            <th scope="col">State</th>
            <th scope="col">Change</th>
          </tr>
        </thead>
        <tbody>
          ${all.map(
            ({ name, state, how }) =>
              html`<tr>
                <th scope="row">${name}</th>
                <td>
                  <span class="mark ${state === 'running' ? '' : 'bad'}">${state}</span>
                  ${how !== undefined && html`by itself, with ${how}`}
                </td>
                <td>
                  ${form(
                    name,
                    html`<input type="hidden" name="name" value="${name}" />
                      <div class="row">
                        ${(state === 'running' ? ['stop', 'restart'] : ['start']).map(
                          (action) =>
                            html`<button class="button" name="set" value="${action}" aria-label="${action} ${name}">
                              ${action}
                            </button>`
                        )}
                      </div>`
                  )}
                </td>
              </tr>`
          )}
        </tbody>
      </table>
    </div>
  </section>`
}

function ratings({ ratings: { version, versions } }: LabState): Html {
  return choice('ratings', 'Version of ratings', {
    name: 'version',
    label: 'Version; ratings start again',
    options: versions,
    chosen: version,
    button: 'Change'
  })
}

function lessons({ lessonFiles }: LabState): Html {
  return choice('lesson', 'Lessons', {
    name: 'file',
    label: 'Lesson to apply; what it needs beyond npm start is named',
    options: lessonFiles,
    button: 'Apply'
  })
}

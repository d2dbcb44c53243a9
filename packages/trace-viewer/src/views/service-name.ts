import { html, type Html } from '@bookinfo/service-kit'

/** How many colours the stylesheet has. */
const COLOURS = 8

/** The class that gives a service its colour: the same on every page while the same services are known. */
export type Palette = (service: string) => string

export function createPalette(services: readonly string[]): Palette {
  return (service) => `s${Math.max(0, services.indexOf(service)) % COLOURS}`
}

/** @param version shown in a chip; the versions of a service share its colour */
export function serviceName(service: string, palette: Palette, version = ''): Html {
  return html`<span class="service ${palette(service)}"
    ><span class="dot" aria-hidden="true"></span
    >${service}${version !== '' && html` <span class="version">${version}</span>`}</span
  >`
}

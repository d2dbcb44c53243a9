import { html, type Html } from '@bookinfo/service-kit'
import { avatar } from '../site/parts.ts'

// The popover opens, closes and returns the focus without a script.
export const signInButton = html`<button id="sign-in-button" class="button" popovertarget="dialog">Sign in</button>`

export function signInDialog(root: string): Html {
  return html`<div id="dialog" class="dialog" popover role="dialog" aria-labelledby="dialog-title">
    <form method="post" action="${root}login" name="login_form">
      <h2 id="dialog-title">Sign in to Bookinfo</h2>
      <p id="dialog-help">
        Any name will do, and no password is checked. Istio's lessons sign in as <strong>jason</strong>.
      </p>
      <label for="username">Username</label>
      <input
        id="username"
        name="username"
        autocomplete="username"
        maxlength="100"
        required
        autofocus
        aria-describedby="dialog-help"
      />
      <label for="passwd">Password</label>
      <input id="passwd" name="passwd" type="password" autocomplete="current-password" />
      <button class="button" type="submit">Sign in</button>
    </form>
    <p class="quiet">Not using Istio yet? <a href="https://istio.io">Start here</a></p>
    <button id="close-dialog" class="close" popovertarget="dialog" popovertargetaction="hide" aria-label="Close">
      &times;
    </button>
  </div>`
}

export function signedIn(user: string, root: string): Html {
  return html`<div class="user row">
    ${avatar(user)}
    <strong class="user-name" title="Signed in as ${user}">${user}</strong>
    <a href="${root}logout">Sign out</a>
  </div>`
}

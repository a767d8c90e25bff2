/** The base of the panel's own elements: they render into the page, which has one style sheet. */

import { LitElement } from 'lit'

export class PanelElement extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this
  }
}

/** The search box: asks after a short pause in typing; Arrow Down leads into the results. */

import { html, type TemplateResult } from 'lit'
import { t } from '../text.ts'
import { PanelElement } from './element.ts'
import '@vscode-elements/elements/dist/vscode-textfield/index.js'

/** Milliseconds without a key before a question is asked. */
const typingPause = 120

export class SearchBox extends PanelElement {
  static override properties = { query: {} }
  declare query: string
  #waiting: ReturnType<typeof setTimeout> | undefined

  constructor() {
    super()
    this.query = ''
  }

  focusInput(): void {
    this.querySelector('vscode-textfield')?.focus()
  }

  override render(): TemplateResult {
    return html`
      <div role="search">
        <vscode-textfield
          type="search"
          .label=${t('Search the memory')}
          .value=${this.query}
          placeholder=${t('Search code and history')}
          maxlength="2000"
          @input=${this.#onInput}
          @keydown=${this.#onKey}
        >
          <span slot="content-before" class="codicon codicon-search" aria-hidden="true"></span>
        </vscode-textfield>
      </div>
    `
  }

  readonly #onInput = (event: Event): void => {
    const { value } = event.target as HTMLInputElement
    clearTimeout(this.#waiting)
    this.#waiting = setTimeout(() => this.#tell('casebook-query', value), value === '' ? 0 : typingPause)
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'ArrowDown') return
    event.preventDefault()
    this.#tell('casebook-leave', null)
  }

  #tell(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }))
  }
}

customElements.define('casebook-search-box', SearchBox)

declare global {
  interface HTMLElementTagNameMap {
    'casebook-search-box': SearchBox
  }
}

/** The results of a search: one row a hit, walked with the arrow keys. */

import { html, nothing, type TemplateResult } from 'lit'
import type { CheckedHit, CheckedReply } from '../messages.ts'
import { t } from '../text.ts'
import { PanelElement } from './element.ts'
import { hitRow } from './hit-row.ts'

export class HitList extends PanelElement {
  static override properties = { reply: {}, names: {}, explained: { state: true } }
  declare reply: CheckedReply | null
  /** Names of the roots where there is more than one. */
  declare names: ReadonlyMap<string, string> | null
  /** The hit whose rank is explained in full. */
  declare explained: CheckedHit | null

  constructor() {
    super()
    this.reply = null
    this.names = null
    this.explained = null
  }

  focusFirst(): void {
    this.#rows()[0]?.focus()
  }

  override render(): TemplateResult | typeof nothing {
    const { reply } = this
    if (reply === null) return nothing
    if (reply.hits.length === 0) return this.#nothingFound(reply)
    return html`
      ${this.#coverage(reply)}
      <ol class="hits" aria-label=${t('Results')} @keydown=${this.#onKey}>
        ${reply.hits.map((hit) =>
          hitRow(hit, {
            rootName: this.names?.get(hit.root) ?? null,
            explained: this.explained === hit,
            open: () => this.dispatchEvent(new CustomEvent('casebook-open', { detail: hit })),
            toggle: () => {
              this.explained = this.explained === hit ? null : hit
            },
          }),
        )}
      </ol>
    `
  }

  #nothingFound(reply: CheckedReply): TemplateResult {
    return html`
      <div class="nothing">
        <p>${reply.nothingFound ?? t('Nothing found.')}</p>
        ${this.#coverage(reply)}
      </div>
    `
  }

  #coverage({ coverage }: CheckedReply): TemplateResult | typeof nothing {
    if (coverage >= 1) return nothing
    return html`<p class="quiet">${t('Searched {0} % of files so far.', Math.floor(coverage * 100))}</p>`
  }

  #rows(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>('.hit-open')]
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step === undefined) return
    const rows = this.#rows()
    const at = rows.indexOf(event.target as HTMLElement)
    if (at === -1) return
    event.preventDefault()
    if (at + step < 0) this.dispatchEvent(new CustomEvent('casebook-back'))
    else rows[at + step]?.focus()
  }
}

customElements.define('casebook-hit-list', HitList)

declare global {
  interface HTMLElementTagNameMap {
    'casebook-hit-list': HitList
  }
}

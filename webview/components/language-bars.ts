/** The languages of a root by their number of files, the largest first. */

import { html, nothing, type TemplateResult } from 'lit'
import { count, t } from '../text.ts'
import { PanelElement } from './element.ts'

interface LanguageFiles {
  language: string
  files: number
}

const shownLanguages = 4

const names: Record<string, string> = {
  typescript: 'TypeScript',
  tsx: 'TSX',
  javascript: 'JavaScript',
  python: 'Python',
  go: 'Go',
  rust: 'Rust',
  java: 'Java',
  c: 'C',
  cpp: 'C++',
  csharp: 'C#',
  ruby: 'Ruby',
  php: 'PHP',
  scala: 'Scala',
  kotlin: 'Kotlin',
  lua: 'Lua',
  bash: 'Bash',
}

export class LanguageBars extends PanelElement {
  static override properties = { languages: {} }
  declare languages: LanguageFiles[]

  constructor() {
    super()
    this.languages = []
  }

  override render(): TemplateResult | typeof nothing {
    const sorted = this.#shown()
    if (sorted.length === 0) return nothing
    const rest = this.languages.length - sorted.length
    return html`
      <ul class="languages" aria-label=${t('Languages')}>
        ${sorted.map(
          ({ language, files }) => html`
            <li>
              <span>${names[language] ?? t('Other text')}</span><span class="track"><span class="bar"></span></span>
              <span class="numbers">${count(files)}</span>
            </li>
          `,
        )}
        ${rest > 0 ? html`<li class="quiet">${t('and {0} more', rest)}</li>` : nothing}
      </ul>
    `
  }

  /** The page's policy forbids style attributes; a style property may be set. */
  override updated(): void {
    const sorted = this.#shown()
    const most = sorted[0]?.files ?? 1
    this.querySelectorAll<HTMLElement>('.bar').forEach((bar, index) => {
      bar.style.inlineSize = `${(100 * (sorted[index]?.files ?? 0)) / most}%`
    })
  }

  #shown(): LanguageFiles[] {
    return [...this.languages].sort((a, b) => b.files - a.files).slice(0, shownLanguages)
  }
}

customElements.define('casebook-language-bars', LanguageBars)

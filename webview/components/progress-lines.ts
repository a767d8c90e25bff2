/** How far a running index is: bar, count, rate, time left, and from how much one can search already. */

import { html, nothing, type TemplateResult } from 'lit'
import type { CheckedRoot } from '../messages.ts'
import { count, duration, t } from '../text.ts'
import '@vscode-elements/elements/dist/vscode-progress-bar/index.js'

export function progressLines(status: CheckedRoot): TemplateResult | typeof nothing {
  const { progress, state } = status
  if (progress === null || state.kind === 'idle' || state.kind === 'failed') return nothing
  const known = progress.total > 0
  return html`
    <vscode-progress-bar
      aria-label=${t('Indexing {0}', status.name)}
      .value=${known ? (100 * progress.done) / progress.total : undefined}
      .indeterminate=${!known}
    ></vscode-progress-bar>
    <p class="quiet numbers">${parts(status).join(' · ')}</p>
    ${coverage(status)}
  `
}

function parts({ progress, state }: CheckedRoot): string[] {
  if (progress === null) return []
  const { phase, done, total, rate, etaSeconds } = progress
  const unit = {
    scan: t('files listed'),
    parse: t('files'),
    history: t('commits'),
    vectors: t('vectors'),
    memory: t('commits'),
  }[phase]
  const running = state.kind === 'indexing'
  return [
    total > 0 ? t('{0} of {1} {2}', count(done), count(total), unit) : t('{0} {1}', count(done), unit),
    ...(running && rate > 0 ? [t('{0}/s', count(rate))] : []),
    ...(running && etaSeconds !== null ? [t('{0} left', duration(etaSeconds))] : []),
  ]
}

function coverage({ files, indexedFiles }: CheckedRoot): TemplateResult | typeof nothing {
  if (files === 0 || indexedFiles >= files) return nothing
  const share = Math.floor((100 * indexedFiles) / files)
  return html`<p class="quiet">${t('Search works already, from {0} % of files.', share)}</p>`
}

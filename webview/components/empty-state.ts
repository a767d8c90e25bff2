/** What the panel says when there is nothing to show yet, and the one step that leads on. */

import { html, type TemplateResult } from 'lit'
import type { PanelCommand } from '../../src/protocol.ts'
import type { CheckedState } from '../messages.ts'
import { t } from '../text.ts'
import '@vscode-elements/elements/dist/vscode-button/index.js'

/** Null where the memory itself can be shown. */
export function emptyState(
  { access }: CheckedState,
  command: (command: PanelCommand) => void,
): TemplateResult | null {
  if (access === 'ready') return null
  const { title, text, step } = texts(access)
  return html`
    <section class="empty">
      <h2>${title}</h2>
      <p>${text}</p>
      <vscode-button @click=${() => command(step.command)}>${step.label}</vscode-button>
    </section>
  `
}

interface EmptyText {
  title: string
  text: string
  step: { label: string; command: PanelCommand }
}

function texts(access: Exclude<CheckedState['access'], 'ready'>): EmptyText {
  const openFolder = { label: t('Open Folder'), command: 'open-folder' as const }
  switch (access) {
    case 'untrusted':
      return {
        title: t('Restricted Mode'),
        text: t('Casebook has read nothing here, and reads nothing until you trust this workspace.'),
        step: { label: t('Manage Workspace Trust'), command: 'trust' },
      }
    case 'no-folder':
      return {
        title: t('No folder is open'),
        text: t('Open a repository: its code and history are indexed on this machine and found in seconds.'),
        step: openFolder,
      }
    case 'unsupported':
      return {
        title: t('No folder on a disk'),
        text: t(
          'Casebook asks git for the files and keeps its memory beside them, so it needs a folder on a disk.',
        ),
        step: openFolder,
      }
  }
}

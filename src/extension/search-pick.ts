/** Search Memory: results while typing, each with its reason, opened at its lines. */

import * as vscode from 'vscode'
import type { Hit, SearchReply } from '../protocol.ts'
import { rootPrefix } from './chosen-root.ts'
import { explainText } from './explain-text.ts'
import { showLivePick } from './live-pick.ts'
import { openSpan } from './open-span.ts'
import type { WindowMemory } from './window-memory.ts'

interface HitItem extends vscode.QuickPickItem {
  hit: Hit
}

export function searchMemory(memory: WindowMemory, query: string): void {
  showLivePick<HitItem>({
    title: vscode.l10n.t('Search Memory'),
    placeholder: vscode.l10n.t('A name, a question, an error message, a path…'),
    query,
    async ask(text) {
      const reply = await memory.call('search', { query: text, limit: 40 })
      return {
        items: reply.hits.map((hit) => itemOf(memory, hit)),
        nothing: reply.nothingFound ?? vscode.l10n.t('Nothing found.'),
        title: titleOf(reply),
      }
    },
    accept: ({ hit }) => openHit(memory, hit),
  })
}

function itemOf(memory: WindowMemory, hit: Hit): HitItem {
  const detail = explainText(hit.explain)
  if (hit.type === 'commit') {
    return { label: `$(git-commit) ${hit.subject}`, description: hit.sha.slice(0, 10), detail, hit }
  }
  const icon = hit.kind === 'definition' ? 'symbol-method' : 'file-code'
  const name = hit.name === '' ? (hit.path.split('/').at(-1) ?? hit.path) : hit.name
  const place = `${hit.path}:${hit.span.startLine}-${hit.span.endLine}`
  return { label: `$(${icon}) ${name}`, description: `${rootPrefix(memory, hit.root)}${place}`, detail, hit }
}

function titleOf({ coverage }: SearchReply): string {
  const title = vscode.l10n.t('Search Memory')
  if (coverage >= 1) return title
  return `${title}: ${vscode.l10n.t('from {0} % of files so far', Math.floor(coverage * 100))}`
}

async function openHit(memory: WindowMemory, hit: Hit): Promise<void> {
  if (hit.type === 'chunk') return await openSpan(memory, hit)
  await vscode.commands.executeCommand('casebook.examineCommit', { root: hit.root, sha: hit.sha })
}

/** `casebook examine`: one commit, whole. */

import type { CommitDetail } from '../../protocol.ts'
import { type Command, UsageError } from '../command.ts'
import { escapeBlock, escapeLine } from '../escape.ts'
import { moment } from '../format.ts'
import type { Style } from '../style.ts'
import { withIndexed } from '../with-casebook.ts'

export const examine: Command = {
  name: 'examine',
  summary: 'Show one commit: message, files, issues, reverts, changes',
  usage: 'COMMIT',
  details: 'COMMIT is its id, or what git resolves: HEAD, HEAD~2, a branch, a tag.',
  options: {},
  async run(call) {
    const [sha, ...rest] = call.positionals
    if (sha === undefined || sha.trim() === '' || rest.length > 0)
      throw new UsageError('Give one commit: its id, HEAD, a branch or a tag.', examine)
    const detail = await withIndexed(call, (casebook) => casebook.examineCommit(sha))
    return { data: detail, text: (style) => render(detail, style) }
  },
}

function render(detail: CommitDetail, style: Style): string {
  const lines = [
    `${style.bold('commit')} ${style.path(detail.sha)}`,
    `author  ${escapeLine(detail.author)}`,
    `date    ${moment(detail.time * 1000)}`,
  ]
  if (detail.issues.length > 0) lines.push(`issues  ${detail.issues.map(escapeLine).join(', ')}`)
  if (detail.reverts.length > 0) lines.push(`reverts ${detail.reverts.map(escapeLine).join(', ')}`)
  lines.push('', `    ${style.bold(escapeLine(detail.subject))}`)
  if (detail.body.trim() !== '') lines.push('', indent(escapeBlock(detail.body.trim())))
  lines.push('', ...detail.files.map((file) => `${escapeLine(file.status)}  ${escapeLine(file.path)}`))
  lines.push('', escapeBlock(detail.diff.trimEnd()))
  if (detail.diffTruncated) lines.push(style.warn(`(cut here; 'git show ${detail.sha}' has the rest)`))
  return lines.join('\n')
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '    ')
}

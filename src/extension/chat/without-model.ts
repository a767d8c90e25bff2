/** A free question where no model is set: what memory holds is shown all the same. */

import * as vscode from 'vscode'
import { requestOf } from './commands.ts'
import { recallReply } from './recall-reply.ts'
import { writeMarkdown } from './stream-writer.ts'
import { asker, type ChatTurn, noteRecall, write } from './turn.ts'

export async function answerWithoutModel(turn: ChatTurn): Promise<void> {
  const { stream, signal } = turn
  stream.progress(vscode.l10n.t('Recalling…'))
  const reply = await (await asker(turn)).recall(requestOf(turn), signal)
  noteRecall(turn, reply)
  writeMarkdown(
    stream,
    `${vscode.l10n.t('No model is set up, so nothing is answered. This is what the memory holds:')}\n\n`,
  )
  write(turn, recallReply(vscode.l10n, reply))
  stream.button({ title: vscode.l10n.t('Set Up Model'), command: 'casebook.setUpModel' })
}

/** Which memory a command is about: the one that was named, or the one that the person finds. */

import * as vscode from 'vscode'
import { isMemoryRef, type MemoryRef } from './memory-ref.ts'
import { pickRecollection } from './recall-pick.ts'
import type { WindowMemory } from './window-memory.ts'

/** Undefined when the person chose none. */
export async function chosenMemory(memory: WindowMemory, named: unknown): Promise<MemoryRef | undefined> {
  return isMemoryRef(named) ? named : await pickRecollection(memory, vscode.l10n.t('Which memory?'))
}

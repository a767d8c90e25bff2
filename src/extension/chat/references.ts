/** What a person attached to a question: files, selections, symbols, texts; read with care, cut to size. */

import * as vscode from 'vscode'
import type { Attachment } from '../../agent/chat/question.ts'
import { isSecretPath } from '../../memory/secret-names.ts'
import type { WindowMemory } from '../window-memory.ts'
import { isAddedByEditor } from './added-by-editor.ts'
import { cutText, looksBinary } from './cut-text.ts'

export interface ReadReferences {
  attached: Attachment[]
  /** Root of the first reference that lies in a memory. */
  root: string | null
  /** Path of the first that the person chose; the editor attaches what is open by itself. */
  chosen: string | null
  /** What was read, for the list of references. */
  shown: (vscode.Uri | vscode.Location)[]
  /** What was not read, and why, in sentences for people. */
  refused: string[]
}

/** Bytes of a file; more is no text that belongs to a question. */
const mostBytes = 2_000_000
/** References of one question. */
const mostReferences = 20

/** Never throws: what cannot be read is told. What the editor added unseen is left out. */
export async function readReferences(
  memory: WindowMemory,
  given: readonly vscode.ChatPromptReference[],
): Promise<ReadReferences> {
  const references = given.filter((one) => !isAddedByEditor(one))
  const read: ReadReferences = { attached: [], root: null, chosen: null, shown: [], refused: [] }
  for (const reference of references.slice(0, mostReferences)) {
    try {
      await readOne(memory, reference, read)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      read.refused.push(vscode.l10n.t('{0} could not be read: {1}', nameOf(reference), reason))
    }
  }
  const over = references.length - mostReferences
  if (over > 0) read.refused.push(vscode.l10n.t('{0} more references were not read.', over))
  return read
}

async function readOne(
  memory: WindowMemory,
  reference: vscode.ChatPromptReference,
  read: ReadReferences,
): Promise<void> {
  const { value } = reference
  if (typeof value === 'string') {
    if (value.trim() !== '') read.attached.push(textOf(reference, value))
    return
  }
  const place = placeOf(value)
  // Images and what later editors attach: nothing here can read it.
  if (place === null) return
  const isChosen = !reference.id.startsWith('vscode.implicit')
  if (isChosen) read.chosen ??= memory.pathOf(place.uri)?.path ?? null
  await readPlace(memory, place, read)
}

interface Place {
  uri: vscode.Uri
  range: vscode.Range | null
}

function placeOf(value: unknown): Place | null {
  if (value instanceof vscode.Uri) return { uri: value, range: null }
  if (value instanceof vscode.Location) return { uri: value.uri, range: value.range }
  return null
}

async function readPlace(memory: WindowMemory, { uri, range }: Place, read: ReadReferences): Promise<void> {
  const known = memory.pathOf(uri)
  const name = known?.path ?? vscode.workspace.asRelativePath(uri)
  if (isSecretPath(uri.path)) {
    read.refused.push(vscode.l10n.t('{0} was not read: its name says that it holds secrets.', name))
    return
  }
  if (known !== null) read.root ??= known.root
  const whole = await textAt(uri)
  if (whole === null) {
    // A folder, a large file or one of bytes: its name is part of the question all the same.
    read.attached.push(attachment(name, known?.path ?? null, { text: '', omitted: notShown() }))
    return
  }
  read.shown.push(range === null ? uri : new vscode.Location(uri, range))
  const lines = range === null ? null : linesOf(range)
  const text = lines === null ? whole : linesBetween(whole, lines)
  const kind = lines === null ? 'file' : 'selection'
  read.attached.push({ ...attachment(name, known?.path ?? null, cutText(text)), kind, lines })
}

function attachment(
  name: string,
  path: string | null,
  cut: { text: string; omitted: string | null },
): Attachment {
  return { kind: 'file', name, path, lines: null, ...cut }
}

function notShown(): string {
  return vscode.l10n.t('contents are not shown')
}

function textOf(reference: vscode.ChatPromptReference, value: string): Attachment {
  return { ...attachment(nameOf(reference), null, cutText(value)), kind: 'text' }
}

function nameOf({ id, modelDescription, value }: vscode.ChatPromptReference): string {
  const place = placeOf(value)
  if (place !== null) return vscode.workspace.asRelativePath(place.uri)
  return modelDescription ?? id
}

/** What the editor shows, saved or not; null for what is no text. */
async function textAt(uri: vscode.Uri): Promise<string | null> {
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString())
  if (open !== undefined) return open.getText()
  const { type, size } = await vscode.workspace.fs.stat(uri)
  if ((type & vscode.FileType.File) === 0 || size > mostBytes) return null
  const bytes = await vscode.workspace.fs.readFile(uri)
  return looksBinary(bytes) ? null : new TextDecoder().decode(bytes)
}

/** A range that ends at the start of a line does not hold that line. */
function linesOf({ start, end }: vscode.Range): NonNullable<Attachment['lines']> {
  const last = end.character === 0 && end.line > start.line ? end.line : end.line + 1
  return { startLine: start.line + 1, endLine: last }
}

function linesBetween(text: string, { startLine, endLine }: NonNullable<Attachment['lines']>): string {
  return text
    .split(/\r?\n/)
    .slice(startLine - 1, endLine)
    .join('\n')
}

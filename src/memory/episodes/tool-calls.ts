/** What importers make of the calls of tools: paths, shell lines, edits by their arguments. */

import { posix, win32 } from 'node:path'
import type { EditText } from './apply-patch.ts'
import { bounded, type Fields, fields, filled, jsonText, list, text } from './fields.ts'

/** The input of a tool as text: its own where it is one, else JSON. */
export function shown(value: unknown): string {
  return typeof value === 'string' ? bounded(value) : jsonText(value)
}

/** Texts of a list of `{ text }`, of a string, or of `{ content }`; not deeper, whatever a file nests. */
export function flatText(value: unknown): string {
  const inner = typeof value === 'object' && !Array.isArray(value) ? fields(value).content : value
  if (typeof inner === 'string') return bounded(inner)
  const parts = list(inner).map((part) => (typeof part === 'string' ? part : text(fields(part).text)))
  return bounded(parts.filter(Boolean).join('\n'))
}

/** Characters of a path; longer ones stand in damaged files only. */
const longestPath = 4096

/** The path below the folder that it is relative to; as it is where no folder is known. Both kinds of slashes. */
export function absolutePath(path: string, folder: string | null): string {
  if (folder === null || /^(?:[/\\~]|[A-Za-z]:[\\/]|\w+:\/\/)/.test(path)) return path.slice(0, longestPath)
  return (/^[A-Za-z]:[\\/]|^\\\\/.test(folder) ? win32 : posix).join(folder, path).slice(0, longestPath)
}

/** Name of a tool. */
export function nameOf(value: unknown): string {
  return text(value).slice(0, 200)
}

const shell = /(?:^|[\\/])(?:(?:ba|z|da|k|fi)?sh|pwsh|powershell|cmd)(?:\.exe)?$/i
const lineFlag = /^(?:-[a-z]*c|\/c|-command)$/i

/** The line that was run, from a line or from words; the line inside where the words start a shell. */
export function shellLine(command: unknown): string {
  if (typeof command === 'string') return command
  const words = list(command).map(text)
  const flag = shell.test(words[0] ?? '') ? words.findIndex((word) => lineFlag.test(word)) : -1
  if (flag > 0) return words.slice(flag + 1).join(' ')
  return words.map(quoted).join(' ')
}

function quoted(word: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

const pathNames = ['path', 'file_path', 'filePath', 'absolute_path', 'filename']
const beforeNames = ['old_string', 'old_str', 'oldString', 'old_text']
const afterNames = ['new_string', 'new_str', 'newString', 'new_text', 'insert_text']
const wholeNames = ['file_text', 'content', 'contents']

/** The edit that arguments ask for: a replaced piece, or a whole file. Null without a path. */
export function editOf(input: Fields): EditText | null {
  const path = firstOf(input, pathNames)
  if (path === undefined || path === '') return null
  const before = firstOf(input, beforeNames)
  const after = firstOf(input, afterNames) ?? (before === undefined ? firstOf(input, wholeNames) : undefined)
  return {
    path,
    ...(before !== undefined && { before: bounded(before) }),
    ...(after !== undefined && { after: bounded(after) }),
  }
}

function firstOf(input: Fields, names: readonly string[]): string | undefined {
  return names.map((name) => input[name]).find((value) => typeof value === 'string')
}

/** An id that is safe to keep; the other one where a file holds nonsense in its place. */
export function idOf(value: unknown, other: string): string {
  const id = filled(value)
  return id !== undefined && /^[\w.:@-]{1,200}$/.test(id) ? id : other
}

/** What the edit tools of Cline, Roo and their heirs say they change: one text or difference a file. */

import { type EditText, parsePatch, patchTexts } from './apply-patch.ts'
import { changedLines } from './changed-lines.ts'
import { searchReplaceHunks, unplaced } from './edit-forms.ts'
import { bounded, type Fields, fields, filled, list, text } from './fields.ts'
import { tagged } from './spoken-calls.ts'
import { pathText } from './tame.ts'

/** Tools that change files, by the names that they have had. */
export const editTools = new Set([
  'write_to_file',
  'new_rule',
  'replace_in_file',
  'apply_diff',
  'multi_apply_diff',
  'insert_content',
  'search_and_replace',
  'search_replace',
  'edit_file',
  'edit',
  'fast_edit_file',
  'apply_patch',
  'editor',
])

/** Texts of files as the session last saw them, by path: what a whole new text is compared with. */
export type KnownTexts = ReadonlyMap<string, string>

/** The changes of one call, in order; empty where it names no file. `created`: the result says the file is new. */
export function editsOf(
  { name, input }: { name: string; input: Fields },
  known: KnownTexts,
  created: boolean,
): EditText[] {
  if (name === 'apply_patch')
    return patchTexts(parsePatch(filled(input.patch) ?? text(input.input))).flatMap(sound)
  const several = severalFiles(input)
  if (several.length > 0) return several
  const path = pathText(input.path) ?? pathText(input.file_path) ?? pathText(input.target_file)
  if (path === undefined) return []
  const diff = filled(input.diff)
  if (diff !== undefined) return [{ path, diff: differenceOf(diff) }]
  const whole = wholeText(name, input)
  if (whole !== undefined) return [written(path, whole, { known, created })]
  const before = filled(input.old_string) ?? filled(input.old_text) ?? filled(input.search)
  const after = words(input.new_string) ?? words(input.new_text) ?? words(input.replace)
  if (before !== undefined && after !== undefined) return [{ path, diff: anywhere(before, after) }]
  const added = after ?? words(input.content) ?? words(input.code_edit)
  if (added === undefined) return replacementsOf(path, input.operations)
  return [{ path, ...(created && { before: '' }), after: bounded(added) }]
}

function sound(edit: EditText): EditText[] {
  const path = pathText(edit.path)
  return path === undefined ? [] : [{ ...edit, path }]
}

function words(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function wholeText(name: string, input: Fields): string | undefined {
  return name === 'write_to_file' || name === 'new_rule' ? words(input.content) : undefined
}

function written(
  path: string,
  content: string,
  { known, created }: { known: KnownTexts; created: boolean },
): EditText {
  const before = known.get(path)
  if (before !== undefined) return { path, diff: changedLines(before, content) }
  return { path, ...(created && { before: '' }), after: bounded(content) }
}

/** Where in the file the words stood is not known. */
function anywhere(before: string, after: string): string {
  return unplaced(changedLines(before, after))
}

function differenceOf(diff: string): string {
  return searchReplaceHunks(diff) || (/^@@ /m.test(diff) ? bounded(diff) : '')
}

/** `args` with a list of files, in tags or as values: Roo's way to change several at once. */
function severalFiles(input: Fields): EditText[] {
  const inTags = tagged(text(input.args), ['file']).flatMap((body) => {
    const path = pathText(tagged(body, ['path'])[0])
    const diffs = unquoted(tagged(body, ['content'])).map(differenceOf)
    return path === undefined ? [] : [{ path, diff: diffs.filter(Boolean).join('\n') }]
  })
  if (inTags.length > 0) return inTags
  return list(input.files).flatMap((file) => {
    const { path: name, diff, content } = fields(file)
    const path = pathText(name)
    if (path === undefined) return []
    const difference = differenceOf(text(diff))
    return [{ path, ...(difference === '' ? { after: bounded(text(content)) } : { diff: difference }) }]
  })
}

function unquoted(diffs: readonly string[]): string[] {
  return diffs.map((diff) => diff.replace(/^\s*<!\[CDATA\[\r?\n?/, '').replace(/\]\]>\s*$/, ''))
}

/** An old form of search_and_replace: a list of replacements, as JSON text. */
function replacementsOf(path: string, value: unknown): EditText[] {
  return parsed(value).flatMap((one) => {
    const { search, replace } = fields(one)
    return typeof search === 'string' && typeof replace === 'string'
      ? [{ path, diff: anywhere(search, replace) }]
      : []
  })
}

function parsed(value: unknown): unknown[] {
  if (typeof value !== 'string') return list(value)
  try {
    return list(JSON.parse(value))
  } catch {
    // A model wrote the list wrongly: it was not carried out either.
    return []
  }
}

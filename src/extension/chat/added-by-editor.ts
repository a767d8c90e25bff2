/** References of a question that nobody attached: editors add lists of skills, instructions and facts of their own. Pure. */

export interface KnownReference {
  id: string
  value: unknown
  modelDescription?: string | undefined
}

/** Ids of VS Code's own references begin so; of them a person sees, and may take away, only what is open. */
const editorsOwn = /^vscode\.(?!implicit\b)/
/** What the editor tells models about its own references. */
const descriptions =
  /^(Chat customizations index|Prompt instructions file|Information about (the|one of the) current repositor)/i
/** The editor's own texts: `<skills>`, `<instructions>`, `<agents>`. */
const ownTexts = /^\s*<(skills|instructions|agents|modes|attachments|customizations)>/i

/** Of what is open a person sees a file or a selection, never a text. */
export function isAddedByEditor({ id, value, modelDescription = '' }: KnownReference): boolean {
  if (editorsOwn.test(id) || descriptions.test(modelDescription)) return true
  return typeof value === 'string' && (id.startsWith('vscode.implicit') || ownTexts.test(value))
}

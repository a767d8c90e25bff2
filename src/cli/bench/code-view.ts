/** A view of an index made from texts at once, without a folder: what mutation tests change hundreds of times. */

import { assetsFolder } from '../../assets.ts'
import { languageOf } from '../../memory/code/languages.ts'
import { type CodeParser, openParser } from '../../memory/code/parser.ts'
import { blobId } from '../../memory/indexing/content.ts'
import { blobWriter, findBlob } from '../../memory/store/blobs.ts'
import { commitWriter } from '../../memory/store/commits.ts'
import { type DatabaseSync, transaction } from '../../memory/store/database.ts'
import { openView, saveViewState, type ViewFile, writeViewFiles } from '../../memory/store/files.ts'
import { openIndex } from '../../memory/store/index-db.ts'
import type { CommitFile, ParsedFile } from '../../memory/types.ts'

/** Texts by path; null deletes. */
export type Texts = Record<string, string | null>

export interface CodeView {
  db: DatabaseSync
  viewId: number
  texts: ReadonlyMap<string, string>
  /** Makes the view show these texts at these paths. */
  write(texts: Texts): void
  /** Puts a commit in front of the view's history. */
  commit(files: readonly CommitFile[]): void
  /** Takes all those commits back. */
  forgetCommits(): void
  parse(path: string, text: string): ParsedFile
  close(): void
}

/** `parser` is shared by many views; one of its own is opened and closed otherwise. */
export async function openCodeView(texts: Texts = {}, parser?: CodeParser): Promise<CodeView> {
  const own = parser ?? (await openParser(assetsFolder()))
  const { db } = openIndex(null)
  const { id: viewId } = openView(db, 'worktree:.')
  saveViewState(db, viewId, { head: null, complete: true })
  const view = codeView(db, viewId, own)
  view.write(texts)
  return {
    ...view,
    close() {
      db.close()
      if (parser === undefined) own.close()
    },
  }
}

function codeView(db: DatabaseSync, viewId: number, parser: CodeParser): Omit<CodeView, 'close'> {
  const shown = new Map<string, string>()
  let commits = 0
  const parse = (path: string, text: string) => parser.parse(text, languageOf(path))
  return {
    db,
    viewId,
    texts: shown,
    parse,
    write(texts) {
      const gone = Object.keys(texts).filter((path) => texts[path] === null)
      transaction(db, () => {
        const rows = Object.entries(texts).flatMap(([path, text]) =>
          text === null ? [] : [rowOf(db, { path, text, parse })],
        )
        writeViewFiles(db, viewId, rows, gone)
      })
      for (const [path, text] of Object.entries(texts)) {
        if (text === null) shown.delete(path)
        else shown.set(path, text)
      }
    },
    commit(files) {
      const sha = (++commits).toString(16).padStart(40, 'c')
      const commit = {
        sha,
        time: commits,
        author: 'Ada',
        subject: 'change',
        body: '',
        issues: [],
        reverts: [],
      }
      transaction(db, () => {
        const id = commitWriter(db)({ ...commit, files: [...files] })
        db.prepare('insert into view_commit (view_id, position, commit_id) values (?, ?, ?)').run(
          viewId,
          -commits,
          id,
        )
      })
    },
    forgetCommits: () => db.exec('delete from view_commit; delete from commit_log'),
  }
}

interface Written {
  path: string
  text: string
  parse: CodeView['parse']
}

function rowOf(db: DatabaseSync, { path, text, parse }: Written): ViewFile {
  const bytes = Buffer.from(text)
  const oid = blobId(bytes, 'sha1')
  const known = findBlob(db)(oid, languageOf(path))
  const id = known?.id ?? blobWriter(db)(oid, bytes.length, parse(path, text))
  return { path, oid, blobId: id, bytes: bytes.length, mtime: null, excluded: null }
}

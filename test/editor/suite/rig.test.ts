/** The ground that the other suites stand on: a real editor, on a real repository, with this extension. */

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import * as vscode from 'vscode'
import type { EditorTests } from '../suite-runner.ts'

export const tests: EditorTests = {
  'opens a git repository as the workspace'() {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath
    assert.ok(folder)
    assert.match(
      execFileSync('git', ['log', '--format=%s'], { cwd: folder, encoding: 'utf8' }),
      /first commit/,
    )
  },
  'has the extension from this project'() {
    const extension = vscode.extensions.getExtension('casebook.casebook')
    assert.ok(extension)
    assert.equal(extension.packageJSON.displayName, 'Casebook')
  },
}

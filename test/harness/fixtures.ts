/**
 * `npm run fixtures`: fixture workspaces as real repositories, made anew for F5. They lie in the person's cache
 * folder, because a folder without git must not be inside this project's repository.
 */

import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { type FixtureName, makeRepo } from './fixture-repo.ts'

const names: readonly FixtureName[] = ['python-small', 'typescript-small', 'polyglot', 'no-git']
const folder = join(homedir(), '.cache/casebook-development/fixtures')

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
for (const name of names) {
  using repo = makeRepo(name)
  cpSync(repo.dir, join(folder, name), { recursive: true })
}
const several = { folders: [{ path: 'python-small' }, { path: 'typescript-small' }] }
writeFileSync(join(folder, 'several.code-workspace'), JSON.stringify(several))

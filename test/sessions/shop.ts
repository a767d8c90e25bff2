/** A repository and a machine with sessions of Claude Code about it. */

import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { type Casebook, openCasebook } from '../../src/casebook.ts'
import { parseSettings } from '../../src/config.ts'
import type { Machine } from '../../src/memory/episodes/session.ts'
import { Transcript } from '../episodes/labelled/claude-code.ts'
import { type FixtureRepo, makeRepo } from '../harness/fixture-repo.ts'

const failing =
  'FAILED tests/test_cart.py::test_total\nE   AssertionError: 3 != 4\n1 failed, 4 passed in 0.21s'
const passing = '.....\n5 passed in 0.19s'

export interface Shop {
  repo: FixtureRepo
  home: string
  machine: Machine
  book: Casebook
  open(): Promise<Casebook>
}

export async function openShop(t: TestContext): Promise<Shop> {
  const repo = makeRepo({
    'shop/cart.py': 'def total(items):\n    return sum(items)\n',
    'shop/tax.py': 'def vat(price):\n    return price * 0.2\n',
    'tests/test_cart.py': 'def test_total():\n    assert True\n',
  })
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'casebook-home-')))
  const machine: Machine = { platform: 'linux', home, env: {}, repositories: [repo.dir] }
  const open = async () => {
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
    const book = await openCasebook({ repo: repo.dir, settings: parseSettings({ workers: 1 }), log, machine })
    t.after(() => book.close())
    return book
  }
  t.after(() => {
    repo.cleanup()
    rmSync(home, { recursive: true, force: true })
  })
  return { repo, home, machine, open, book: await open() }
}

/** A transcript whose edits are files of `root`. */
export class Work extends Transcript {
  readonly root: string

  constructor(root: string, base: object = {}) {
    super({ cwd: root, ...base })
    this.root = root
  }

  changes(path: string, before = 'return price', after = 'return price * count'): this {
    const filePath = path.startsWith('/') ? path : join(this.root, path)
    const lines = [`-    ${before}`, `+    ${after}`]
    const structuredPatch = [{ oldStart: 2, oldLines: 1, newStart: 2, newLines: 1, lines }]
    const input = { file_path: filePath, old_string: before, new_string: after }
    return this.calls('Edit', input, {
      content: 'The file was updated.',
      extra: { filePath, structuredPatch },
    })
  }

  /** Failing test, change, passing test. */
  repairs(goal: string, path = 'shop/cart.py'): this {
    return this.says(goal)
      .runs('pytest tests/test_cart.py', failing, 1)
      .changes(path)
      .runs('pytest tests/test_cart.py', passing)
  }
}

/** Every file and folder of a machine with its size and time. */
export function stateOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map((name) => {
      const { size, mtimeMs } = statSync(join(folder, String(name)))
      return `${String(name)} ${size} ${mtimeMs}`
    })
    .sort()
}

export function put(home: string, name: string, lines: readonly string[]): string {
  const folder = join(home, '.claude', 'projects', 'any-slug')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${name}.jsonl`)
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}

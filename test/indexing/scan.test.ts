import assert from 'node:assert/strict'
import { existsSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { type Git, openFolderAsGit, openGit } from '../../src/memory/git.ts'
import { excludedByContent, excludedByPath } from '../../src/memory/indexing/exclude.ts'
import { scanCommit, scanPaths, scanWorkTree } from '../../src/memory/indexing/scan.ts'
import { type FixtureRepo, makeRepo } from '../harness/fixture-repo.ts'

async function scan(repo: FixtureRepo) {
  const git = await openGit(repo.dir)
  assert.ok(git)
  return await scanWorkTree(git)
}

/** An entry whose times equal those of the index: git compares the content. */
function makeRacy(repo: FixtureRepo, path: string): void {
  const future = new Date(Date.now() + 86_400_000)
  utimesSync(join(repo.dir, path), future, future)
}

const awkward = {
  '.gitignore': '*.log\n!keep.log\n/build/\nnode_modules/\nlogs/**/debug\n\\#hash\n',
  'src/.gitignore': 'local.*\n!local.keep\n',
  'a.log': '1',
  'keep.log': '1',
  'build/out.js': '1',
  'src/build/in.js': '1',
  'src/local.ts': '1',
  'src/local.keep': '1',
  'logs/x/y/debug': '1',
  'logs/debug.txt': '1',
  '#hash': '1',
  'node_modules/p/index.js': '1',
  'with space/ünï.py': '1',
  'back\\slash.txt': '1',
}

describe('the scan of a work tree', () => {
  it('lists exactly what git lists, awkward names and rules included', async () => {
    using repo = makeRepo({ 'first.py': 'x = 1' })
    repo.write(awkward)
    const listed = [...(await scan(repo)).keys()].sort()
    const git = repo.git('ls-files', '-z', '--cached', '--others', '--exclude-standard')
    assert.deepEqual(listed, git.split('\0').filter(Boolean).sort())
    assert.ok(listed.includes('keep.log') && !listed.includes('build/out.js'))
  })

  it('knows the blob id of clean files without reading them, and not of changed ones', async () => {
    using repo = makeRepo({ 'clean.py': 'a', 'changed.py': 'a', 'new.txt': 'a' })
    repo.write({ 'changed.py': 'bb', 'untracked.py': 'c' })
    const files = await scan(repo)
    assert.equal(files.get('clean.py')?.oid, repo.git('rev-parse', 'HEAD:clean.py'))
    assert.equal(files.get('changed.py')?.oid, null)
    assert.equal(files.get('untracked.py')?.oid, null)
  })

  it('excludes secrets, binaries, submodules and symlinks with the reason', async () => {
    using repo = makeRepo({
      '.env': 'KEY=1',
      '.env.example': 'KEY=',
      id_rsa: 'x',
      'logo.png': 'x',
      'a.py': 'x',
    })
    symlinkSync('a.py', join(repo.dir, 'link.py'))
    using inner = makeRepo({ 'x.py': 'x' })
    repo.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner.dir, 'sub')
    repo.commit('more')
    const files = await scan(repo)
    const reasons = [...files.values()]
      .filter((file) => file.excluded)
      .map(({ path, excluded }) => [path, excluded])
    assert.deepEqual(Object.fromEntries(reasons), {
      '.env': 'secret',
      id_rsa: 'secret',
      'link.py': 'symlink',
      'logo.png': 'binary',
      sub: 'submodule',
    })
  })

  it('marks what .casebookignore names, in any folder, with git semantics', async () => {
    using repo = makeRepo({
      '.casebookignore': 'generated/\n*.min.js\n!keep.min.js\n',
      'generated/a.py': '1',
      'x.min.js': '1',
      'keep.min.js': '1',
      'src/.casebookignore': '/only-here.py\n',
      'src/only-here.py': '1',
      'only-here.py': '1',
    })
    repo.write({ 'untracked.min.js': '1' })
    const files = await scan(repo)
    const ignored = [...files.values()]
      .filter(({ excluded }) => excluded === 'casebookignore')
      .map(({ path }) => path)
    assert.deepEqual(ignored.sort(), ['generated/a.py', 'src/only-here.py', 'untracked.min.js', 'x.min.js'])
  })

  it('answers for single paths as for the whole tree', async () => {
    using repo = makeRepo({ '.gitignore': '*.log\n', 'a.py': '1', '.casebookignore': 'b.py\n', 'b.py': '1' })
    repo.write({ 'c.py': '1', 'd.log': '1' })
    const git = await openGit(repo.dir)
    assert.ok(git)
    const files = await scanPaths(git, ['a.py', 'b.py', 'c.py', 'd.log', 'gone.py'], true)
    assert.deepEqual([...files.keys()].sort(), ['a.py', 'b.py', 'c.py'])
    assert.equal(files.get('b.py')?.excluded, 'casebookignore')
  })

  it('leaves out what a sparse checkout left out', async () => {
    using repo = makeRepo({ 'in/a.py': '1', 'out/b.py': '1' })
    repo.git('sparse-checkout', 'set', 'in')
    assert.deepEqual([...(await scan(repo)).keys()], ['in/a.py'])
  })

  it('lists what a sparse checkout left out and somebody wrote again', async () => {
    using repo = makeRepo({ 'a.py': '1', 'gone/b.py': '1', 'gone/c.py': '1' })
    repo.git('update-index', '--skip-worktree', 'a.py', 'gone/b.py', 'gone/c.py')
    repo.write({ 'a.py': 'edited', gone: null })
    const files = await scan(repo)
    assert.deepEqual([...files.keys()], ['a.py'])
    assert.equal(files.get('a.py')?.oid, null)
    const git = await openGit(repo.dir)
    assert.ok(git)
    assert.deepEqual([...(await scanPaths(git, ['a.py', 'gone/b.py'], false)).keys()], ['a.py'])
  })

  it('does not believe the index about files that git was told to assume unchanged', async () => {
    using repo = makeRepo({ 'a.py': '1', 'b.py': '1' })
    repo.git('update-index', '--assume-unchanged', 'a.py')
    repo.write({ 'a.py': 'edited' })
    const files = await scan(repo)
    assert.equal(files.get('a.py')?.oid, null)
    assert.notEqual(files.get('b.py')?.oid, null)
  })

  it('lists a name that is not UTF-8 as unreadable', { skip: process.platform !== 'linux' }, async () => {
    using repo = makeRepo({ 'a.py': '1' })
    const name = (byte: number) =>
      Buffer.concat([Buffer.from(`${repo.dir}/caf`), Buffer.from([byte]), Buffer.from('.py')])
    writeFileSync(name(0xe9), 'x = 1')
    repo.commit('Latin-1')
    writeFileSync(name(0xe8), 'x = 1')
    repo.write({ 'b.py': '1' })
    const files = await scan(repo)
    assert.deepEqual([...files.keys()].sort(), ['a.py', 'b.py', 'caf\ufffd.py'])
    assert.equal(files.get('caf\ufffd.py')?.excluded, 'unreadable')
  })

  it('answers for more paths than one command line takes', async () => {
    const paths = Array.from({ length: 60 }, (_, at) => `${'folder'.repeat(30)}/${'x'.repeat(200)}${at}.py`)
    using repo = makeRepo({
      '.casebookignore': '*7.py\n',
      ...Object.fromEntries(paths.map((path) => [path, '1'])),
    })
    const git = await openGit(repo.dir)
    assert.ok(git)
    const lengths: number[] = []
    const watched: Git = {
      ...git,
      records(args, options) {
        lengths.push(args.join(' ').length)
        return git.records(args, options)
      },
    }
    const files = await scanPaths(watched, paths, true)
    assert.equal(files.size, 60)
    assert.equal([...files.values()].filter(({ excluded }) => excluded === 'casebookignore').length, 6)
    assert.ok(Math.max(...lengths) < 21_000, String(Math.max(...lengths)))
  })

  it('runs no filter of the configuration and enters no submodule', {
    skip: process.platform === 'win32',
  }, async () => {
    using repo = makeRepo({
      'a.c': 'int a;',
      '.gitattributes': '*.c filter=odd.name=x\n*.h filter=slow\n',
      'b.h': '1',
    })
    using inner = makeRepo({ 'x.c': 'int x;', '.gitattributes': '*.c filter=inner\n' })
    repo.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner.dir, 'sub')
    repo.commit('a submodule')
    const traces = join(repo.dir, '.git/ran')
    repo.git('config', 'filter.odd.name=x.clean', `touch '${traces}'; cat`)
    repo.git('config', 'filter.odd.name=x.required', 'true')
    repo.git('config', 'filter.slow.process', `touch '${traces}'`)
    repo.git('-C', 'sub', 'config', 'filter.inner.clean', `touch '${traces}'; cat`)
    repo.write({ 'a.c': 'int b;', 'b.h': '2', 'sub/x.c': 'int y;' })
    for (const path of ['a.c', 'b.h', 'sub/x.c']) makeRacy(repo, path)
    const files = await scan(repo)
    assert.equal(existsSync(traces), false)
    assert.equal(files.get('a.c')?.oid, null)
  })

  it('writes nothing into .git', async () => {
    using repo = makeRepo({ 'a.py': '1' })
    const before = repo.git('hash-object', join(repo.dir, '.git/index'))
    repo.write({ 'a.py': '1' })
    await scan(repo)
    assert.equal(repo.git('hash-object', join(repo.dir, '.git/index')), before)
  })
})

describe('the scan of a plain folder', () => {
  it('follows .gitignore although there is no repository', async () => {
    using folder = makeRepo({ '.gitignore': '*.tmp\n', 'a.py': '1', 'b.tmp': '1' }, { git: false })
    using elsewhere = makeRepo({}, { git: false })
    const git = await openFolderAsGit(folder.dir, join(elsewhere.dir, 'rules.git'))
    assert.deepEqual([...(await scanWorkTree(git)).keys()].sort(), ['.gitignore', 'a.py'])
  })

  it('is told apart from a folder inside a repository', async () => {
    using folder = makeRepo({ 'a.py': '1' }, { git: false })
    assert.equal(await openGit(folder.dir), null)
    using repo = makeRepo({ 'deep/a.py': '1' })
    assert.equal((await openGit(join(repo.dir, 'deep')))?.root, repo.dir)
  })
})

describe('the scan of a commit', () => {
  it('lists the tree of that commit, sizes and its own ignore file included', async () => {
    using repo = makeRepo({ 'a.py': '12345', 'skip/b.py': '1', '.casebookignore': 'skip/\n' })
    const first = repo.git('rev-parse', 'HEAD')
    repo.commit('later', { 'c.py': '1', 'a.py': null, '.casebookignore': null })
    const git = await openGit(repo.dir)
    assert.ok(git)
    const files = await scanCommit(git, first)
    assert.deepEqual([...files.keys()].sort(), ['.casebookignore', 'a.py', 'skip/b.py'])
    assert.equal(files.get('a.py')?.size, 5)
    assert.equal(files.get('skip/b.py')?.excluded, 'casebookignore')
  })

  it('works in a bare repository', async () => {
    using repo = makeRepo({ 'a.py': '1', 'skip.py': '1', '.casebookignore': 'skip.py' })
    using place = makeRepo({}, { git: false })
    mkdirSync(join(place.dir, 'x'))
    repo.git('clone', '--quiet', '--bare', repo.dir, join(place.dir, 'bare'))
    const git = await openGit(join(place.dir, 'bare'))
    assert.equal(git?.root, null)
    assert.ok(git)
    const files = await scanCommit(git, 'HEAD')
    assert.equal(files.get('skip.py')?.excluded, 'casebookignore')
    assert.equal(files.get('a.py')?.excluded, undefined)
  })
})

describe('the deny list', () => {
  it('knows secret-bearing names and lets their templates pass', () => {
    const secret = [
      '.env',
      '.env.local',
      'config/.env.production',
      'a.pem',
      'terraform.tfstate',
      'x.tfstate.backup',
      '.npmrc',
      'deploy/id_ed25519',
      'credentials.json',
      'home/.aws/config',
      'prod.tfvars',
      'secrets.yml',
      '.envrc',
      '.env-prod',
      '.env_local',
      '.env~',
      '.env.local.bak',
      'prod.env',
      'config/.ENV',
      'id_rsa.bak',
      'id_rsa~',
      'id_ed25519_default',
      'sample.pem',
      'server.key.old',
      'secrets.prod.yml',
      'secrets-prod.yml',
      'credentials.prod.json',
      'credentials.json.bak',
      'home/.SSH/config',
    ]
    const open = [
      '.env.example',
      'env.py',
      'keys.py',
      'id_rsa.pub',
      'secrets.py',
      'src/credentials.ts',
      'environment.ts',
      'monkey.ts',
      '.env.sample',
      '.env.template',
      '.env.dist',
      '.env.defaults',
      '.env.local.example',
      'example.env',
      '.envrc.example',
      'secrets.example.yml',
      '.github/secret_scanning.yml',
      'secrets.prod.py',
      'secrets.test.ts',
      'id_rsa_parser.py',
      'environment.yml',
    ]
    for (const path of secret) assert.equal(excludedByPath(path), 'secret', path)
    for (const path of open) assert.equal(excludedByPath(path), undefined, path)
  })

  it('finds a private key by its content, and binaries as git does', () => {
    // Joined here so that no scanner takes this test for a leak.
    const key = ['-----BEGIN RSA', 'PRIVATE KEY-----'].join(' ')
    assert.equal(excludedByContent(Buffer.from(`${key}\nabc`), 1000), 'secret')
    assert.equal(excludedByContent(Buffer.from('a\0b'), 1000), 'binary')
    assert.equal(excludedByContent(Buffer.from('\ufeffa', 'utf16le'), 1000), undefined)
    assert.equal(excludedByContent(Buffer.alloc(1001, 97), 1000), 'too-large')
    assert.equal(excludedByContent(Buffer.from('plain'), 1000), undefined)
  })
})

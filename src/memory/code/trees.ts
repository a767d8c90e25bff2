/** What part of a repository a path belongs to, told by its name alone. The same rules for every repository. */

export type Role = 'source' | 'test' | 'docs' | 'example' | 'vendored' | 'generated' | 'data'

const sourceEndings = new Set(
  `py pyi pyx pxd ts tsx mts cts js jsx mjs cjs vue svelte go rs java kt kts scala groovy c h cc cpp cxx hpp hh hxx
  m mm swift cs fs vb rb php pl pm lua sh bash zsh ps1 r jl ex exs erl hs ml mli clj cljs dart zig nim sql proto`
    .split(/\s+/)
    .filter(Boolean),
)
const dataEndings = new Set(
  'json yaml yml toml cfg ini lock csv tsv xml svg css scss less html po pot'.split(' '),
)

const testFolder =
  /(?:^|\/)(?:tests|__tests__|specs?|e2e|fixtures?|testdata|test[-_]\w+|\w+[-_]tests?)\/|^testing\/|^test\/|(?:^|\/)src\/(?:\w*[a-z]Test|test)\//
/** Inside a Python package `test/` and `testing/` are helpers that the project ships (`django/test/client.py`). */
const nestedTestFolder = /\/test(?:ing)?\/.*\.(?!pyx?$)\w+$/i
const testFile =
  /(?:^|\/)(?:test_[^/]*|tests\.py|conftest\.py|[^/]*(?:_test|_tests|_spec|\.test|\.spec|-test)\.\w+|[^/]+Tests?\.(?:java|kt|scala|cs|php|swift))$/
const docsFolder =
  /(?:^|\/)(?:docs?|documentation|website|changelogs?|release[-_]?notes)\/|^(?:man|news|changes|sig)\//i
const docsFile =
  /\.(?:md|rst|txt|adoc|textile|rdoc|ipynb)$|(?:^|\/)(?:README|CHANGES|CHANGELOG|NEWS|AUTHORS|LICENSE|HISTORY)[^/]*$/i
const exampleFolder =
  /(?:^|\/)(?:examples?|samples?|demos?|tutorials?|galler(?:y|ies)|benchmarks?|benchsuite|asv_bench|playground)\/|^(?:bench|scripts|tools|ci|\.\w+)\//i
const vendoredFolder =
  /(?:^|\/)(?:vendor(?:ed)?|_vendor|third[-_]?party|externs?|externals|node_modules|bower_components|site-packages)\/|^deps\/|\/packages\/(?:urllib3|chardet|idna)\//i
const generatedFile =
  /^(?:dist|build|out|gen)\/|(?:^|\/)(?:generated|_build)\/|(?:\.min\.(?:js|css)|_pb2\.py|\.pb\.go|\.g\.dart|\.generated\.\w+|(?:^|\/)_version\.py|(?:lex|yacc|parse)tab\.py)$/i

/** The first rule that fits decides; a file that no rule knows is source when its ending is that of a language. */
export function roleOf(path: string): Role {
  if (vendoredFolder.test(path)) return 'vendored'
  if (generatedFile.test(path)) return 'generated'
  if (testFile.test(path)) return 'test'
  if (testFolder.test(path) || nestedTestFolder.test(path)) return 'test'
  if (docsFolder.test(path) || docsFile.test(path)) return 'docs'
  if (exampleFolder.test(path)) return 'example'
  const ending = /\.(\w+)$/.exec(path)?.[1]?.toLowerCase() ?? ''
  if (sourceEndings.has(ending)) return 'source'
  return dataEndings.has(ending) || ending === '' ? 'data' : 'docs'
}

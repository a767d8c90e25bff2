import assert from 'node:assert/strict'
import { test } from 'node:test'
import { importsOf } from '../../src/memory/code/imports.ts'
import type { Language } from '../../src/memory/types.ts'

/** Imports as `module: names` lines. */
const listed = (text: string, language: Language) =>
  importsOf(text, language).map(({ module, names }) => [module, ...names].join(' '))

const cases: [Language, string, string[]][] = [
  ['python', 'from a.b import c, d as e', ['a.b c d']],
  ['python', 'from .core import x\nfrom . import y\nfrom .. import z', ['.core x', '. y', '.. z']],
  ['python', 'import a.b as c, d\n    import local', ['a.b', 'd', 'local']],
  ['python', 'from a import (\n  b,  # why\n  c\n)\nfrom d import e, \\\n  f', ['a b c', 'd e f']],
  ['python', 'from a import *', ['a *']],
  ['python', '# import this\nx = "import that"\nimportant = 1\nprint(important)', []],
  ['typescript', `import a, { b as c, type D } from './e'`, ['./e a b D']],
  ['typescript', `import type { A } from 'b'\nexport * as ns from './c'\nimport 'd'`, ['b A', './c *', 'd']],
  ['typescript', `import {\n  a, // why\n  b,\n} from './c'\nexport const x = 'from'`, ['./c a b']],
  ['javascript', `const { a, b: c } = require('./d'), e = 1\nimport('./lazy')`, ['./d a b', './lazy']],
  ['go', 'import "a/b"\nimport (\n  x "c/d"\n  _ "e"\n)', ['a/b', 'c/d', 'e']],
  ['java', 'import a.b.C;\nimport static a.b.C.d;\nimport a.b.*;', ['a.b C', 'a.b.C d', 'a.b *']],
  ['kotlin', 'import a.b.C\nimport a.b.c as d\nimport a.*', ['a.b C', 'a.b c', 'a *']],
  ['scala', 'import a.b.{C, D => E}\nimport a._\n  import x.Y', ['a.b C D', 'a *', 'x Y']],
  [
    'rust',
    'use a::b;\npub use crate::{c::{d, e as f}, g};\nuse h;\nmod i;',
    ['a b', 'crate::c d e', 'crate g', 'h', 'i'],
  ],
  ['rust', 'use a::{self, b::*};', ['a self', 'a::b *']],
  ['c', '#include "a/b.h"\n# include <c.h>', ['a/b.h', 'c.h']],
  [
    'csharp',
    'using A.B;\nusing static A.C;\nglobal using X = D.E;\nusing (var f = g) {}',
    ['A.B', 'A.C', 'D.E'],
  ],
  ['ruby', `require 'a/b'\nrequire_relative 'c'\nrequire_relative '../d'`, ['a/b', './c', '../d']],
  ['php', `use A\\B;\nuse C\\{D, E as F};\nrequire __DIR__ . '/g.php';`, ['A B', 'C D E', '/g.php']],
  ['lua', `local a = require("b.c")\nrequire 'd'`, ['b.c', 'd']],
  ['bash', 'source ./a.sh\n. "b.sh"\n./run.sh', ['./a.sh', 'b.sh']],
  ['text', 'import a', []],
]

for (const [language, text, expected] of cases) {
  test(`reads imports of ${language}: ${text.split('\n')[0]}`, () => {
    assert.deepEqual(listed(text, language), expected)
  })
}

const hostile: [Language, string][] = [
  ['typescript', 'export a\n'],
  ['python', 'import type '],
  ['python', 'from a import (\n'],
]

for (const [language, text] of hostile) {
  test(`reads endless "${text.trim()}" of ${language} without hanging`, () => {
    const start = process.cpuUsage().user
    importsOf(text.repeat(200_000 / text.length), language)
    assert.ok(process.cpuUsage().user - start < 3e6)
  })
}

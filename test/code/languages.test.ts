import assert from 'node:assert/strict'
import { test } from 'node:test'
import { languageOf } from '../../src/memory/code/languages.ts'
import type { Language } from '../../src/memory/types.ts'

const paths: [Language, string][] = [
  ['typescript', 'src/a.ts a.mts a.cts types.d.ts'],
  ['tsx', 'a.tsx'],
  ['javascript', 'a.js a.jsx a.mjs a.cjs'],
  ['python', 'a.py a.pyi SConstruct'],
  ['go', 'a.go'],
  ['rust', 'a.rs'],
  ['java', 'A.java'],
  ['c', 'a.c a.h'],
  ['cpp', 'a.cpp a.cc a.cxx a.hpp a.hh A.CPP'],
  ['csharp', 'A.cs'],
  ['ruby', 'a.rb Rakefile lib/Gemfile a.gemspec'],
  ['php', 'a.php'],
  ['scala', 'A.scala build.sbt a.sc'],
  ['kotlin', 'A.kt build.gradle.kts'],
  ['lua', 'a.lua'],
  ['bash', 'a.sh a.bash .bashrc x/.zshrc'],
  [
    'text',
    'README.md Dockerfile Makefile a.json LICENSE .gitignore a.py.txt dir.py/file a. constructor toString',
  ],
]

for (const [language, names] of paths) {
  test(`takes ${names} for ${language}`, () => {
    for (const path of names.split(' ')) assert.equal(languageOf(path), language, path)
  })
}

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of JavaScript are the subject here.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { traitsOf } from '../../src/memory/code/languages.ts'
import { proseRanges } from '../../src/memory/code/prose.ts'
import type { Language } from '../../src/memory/types.ts'

/** The text with everything that is taken for prose between brackets. */
function marked(text: string, language: Language): string {
  const ranges = proseRanges(text, traitsOf(language).lexicon)
  let out = ''
  let last = 0
  ranges.forEach((offset, at) => {
    out += text.slice(last, offset) + (at % 2 === 0 ? '«' : '»')
    last = offset
  })
  return out + text.slice(last)
}

const cases: [Language, string, string][] = [
  ['python', `x = 'a' # b`, `x = «'a'» «# b»`],
  ['python', `"""a\n"b" # c\n""" + d`, `«"""a\n"b" # c\n"""» + d`],
  ['python', `'''it's''' x ""  y`, `«'''it's'''» x «""»  y`],
  ['python', `r'\\' + 'don\\'t' + z`, `r«'\\' + '»don\\«'t'» + z`],
  ['python', `open 'unclosed\nnext = 1`, `open «'unclosed»\nnext = 1`],
  ['javascript', 'a = `x ${b + `y ${c}`} z` // d', 'a = «`x ${»b + «`y ${»c«}`»«} z`» «// d»'],
  ['javascript', 'a = `${ {b: {}} }`; c', 'a = «`${» {b: {}} «}`»; c'],
  ['javascript', `a = /['"/]\\//g; b = 'c'`, `a = «/['"/]\\//»g; b = «'c'»`],
  ['javascript', `a = b / c; d = e / 'f'`, `a = b / c; d = e / «'f'»`],
  ['typescript', '/* a\n"b */ c', '«/* a\n"b */» c'],
  [
    'rust',
    `fn f<'a>(x: &'a str) { 'b'; '"'; r#"c "d""# }`,
    `fn f<'a>(x: &'a str) { «'b'»; «'"'»; r#«"c "d""#» }`,
  ],
  ['cpp', `1'000'000 + 'x' // "y`, `1'000'000 + «'x'» «// "y»`],
  ['c', `char c = '\\''; "a\\"b"; d`, `char c = «'\\''»; «"a\\"b"»; d`],
  ['go', 'a := `raw "b`; c := "d"', 'a := «`raw "b`»; c := «"d"»'],
  ['csharp', `var a = @"c:\\"; b; "d"`, `var a = @«"c:\\"»; b; «"d"»`],
  ['java', '"""\na "b"\n""" c', '«"""\na "b"\n"""» c'],
  ['ruby', '=begin\na\n=end\nx # b\n"c #{d}"', '«=begin\na\n=end»\nx «# b»\n«"c #{d}"»'],
  ['php', `#[Attr]\nx # a\n// b`, `#[Attr]\nx «# a»\n«// b»`],
  ['lua', '--[[ a\nb ]] c -- d\n[[e]] f', '«--[[ a\nb ]]» c «-- d»\n«[[e]]» f'],
  ['lua', '--[==[ a ]] ]==] b a[b[1]]', '«--[==[ a ]] ]==]» b a[b[1]]'],
  ['bash', `echo $# "a" # b`, `echo $# «"a"» «# b»`],
  ['text', 'all of it', '«all of it»'],
]

for (const [language, text, expected] of cases) {
  test(`finds prose in ${language}: ${text.replaceAll('\n', '\\n')}`, () => {
    assert.equal(marked(text, language), expected)
  })
}

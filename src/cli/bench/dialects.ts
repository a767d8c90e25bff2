/** How the generated repository writes the same sketch of a program in several languages. */

import type { FunctionSketch } from './generate.ts'

export interface Dialect {
  extension: string
  /** Words -> an identifier as this language writes them. */
  identifier(words: readonly string[]): string
  imports(modules: readonly string[]): string
  functions(sketches: readonly FunctionSketch[]): string
  type(name: string, comment: string, methods: readonly FunctionSketch[]): string
}

type Step = FunctionSketch['steps'][number]

const python: Dialect = {
  extension: 'py',
  identifier: snake,
  imports: (modules) => modules.map((module) => `from ${module} import ${module}_core`).join('\n'),
  functions: (sketches) => sketches.map((sketch) => pythonFunction(sketch, '')).join('\n\n'),
  type: (name, comment, methods) =>
    `class ${name}:\n    """${comment}."""\n\n${methods.map((sketch) => pythonFunction(sketch, '    ')).join('\n\n')}`,
}

function pythonFunction({ name, parameters, comment, steps }: FunctionSketch, indent: string): string {
  const self = indent === '' ? parameters : ['self', ...parameters]
  const inner = `${indent}    `
  const body = steps.map((step) => pythonStep(step, inner))
  const head = `${indent}def ${name}(${self.join(', ')}):\n${inner}"""${comment}."""`
  return `${head}\n${body.join('\n')}\n${inner}return ${steps.at(-1)?.variable ?? 'None'}`
}

function pythonStep({ variable, callee, argument, kind }: Step, indent: string): string {
  const call = `${variable} = ${callee}(${argument})`
  if (kind === 'if') return `${indent}if ${argument} is not None:\n${indent}    ${call}`
  return kind === 'loop'
    ? `${indent}for ${variable} in ${callee}(${argument}):\n${indent}    pass`
    : indent + call
}

/** Languages with braces differ in little: how a function and a type begin, how a step is written. */
interface BraceGrammar {
  extension: string
  importLine(module: string): string
  functionHead(sketch: FunctionSketch, member: boolean): string
  typeHead(name: string): string
  assign(variable: string, value: string): string
  loop(variable: string, value: string): string
  condition(argument: string): string
  comment(text: string): string
}

const typescript = withBraces({
  extension: 'ts',
  importLine: (module) => `import { ${module}Core } from './${module}.ts'`,
  functionHead: ({ name, parameters }, member) =>
    `${member ? '' : 'export function '}${name}(${parameters.map((name) => `${name}: string`).join(', ')}): unknown {`,
  typeHead: (name) => `export class ${name} {`,
  assign: (variable, value) => `let ${variable} = ${value}`,
  loop: (variable, value) => `for (const ${variable} of ${value}) {`,
  condition: (argument) => `if (${argument} !== undefined) {`,
  comment: (text) => `/** ${text}. */`,
})

const java = withBraces({
  extension: 'java',
  importLine: (module) => `import org.example.${module}.${capital(module)}Core;`,
  functionHead: ({ name, parameters }) =>
    `public Object ${name}(${parameters.map((name) => `String ${name}`).join(', ')}) {`,
  typeHead: (name) => `public class ${name} {`,
  assign: (variable, value) => `Object ${variable} = ${value};`,
  loop: (variable, value) => `for (Object ${variable} : ${value}) {`,
  condition: (argument) => `if (${argument} != null) {`,
  comment: (text) => `/** ${text}. */`,
})

const go = withBraces({
  extension: 'go',
  importLine: (module) => `import "example.org/${module}/core"`,
  functionHead: ({ name, parameters }) =>
    `func ${name}(${parameters.map((name) => `${name} string`).join(', ')}) any {`,
  typeHead: (name) => `type ${name} struct {`,
  assign: (variable, value) => `${variable} := ${value}`,
  loop: (variable, value) => `for _, ${variable} := range ${value} {`,
  condition: (argument) => `if ${argument} != "" {`,
  comment: (text) => `// ${text}.`,
})

export const dialects: readonly Dialect[] = [python, typescript, java, go]

function withBraces(grammar: BraceGrammar): Dialect {
  const write = (sketch: FunctionSketch, indent: string) => braceFunction(grammar, sketch, indent)
  return {
    extension: grammar.extension,
    identifier: camel,
    imports: (modules) =>
      [...(grammar.extension === 'go' ? ['package core', ''] : []), ...modules.map(grammar.importLine)].join(
        '\n',
      ),
    functions: (sketches) =>
      // Java has no function outside a class.
      grammar.extension === 'java'
        ? `class ${capital(sketches[0]?.name ?? 'main')} {\n${sketches.map((sketch) => write(sketch, '  ')).join('\n\n')}\n}`
        : sketches.map((sketch) => write(sketch, '')).join('\n\n'),
    type(name, comment, methods) {
      const head = `${grammar.comment(comment)}\n${grammar.typeHead(name)}`
      if (grammar.extension !== 'go')
        return `${head}\n${methods.map((sketch) => write(sketch, '  ')).join('\n\n')}\n}`
      return `${head}\n  name string\n}\n\n${methods.map((sketch) => write(sketch, '')).join('\n\n')}`
    },
  }
}

function braceFunction(grammar: BraceGrammar, sketch: FunctionSketch, indent: string): string {
  const inner = `${indent}  `
  const body = sketch.steps.map((step) => braceStep(grammar, step, inner))
  const end = grammar.extension === 'java' ? ';' : ''
  const head = `${indent}${grammar.comment(sketch.comment)}\n${indent}${grammar.functionHead(sketch, indent !== '')}`
  return `${head}\n${body.join('\n')}\n${inner}return ${sketch.parameters[0]}${end}\n${indent}}`
}

function braceStep(
  grammar: BraceGrammar,
  { variable, callee, argument, kind }: Step,
  indent: string,
): string {
  const call = `${callee}(${argument})`
  if (kind === 'loop') return `${indent}${grammar.loop(variable, call)}\n${indent}}`
  const line = grammar.assign(variable, call)
  if (kind === 'plain') return indent + line
  return `${indent}${grammar.condition(argument)}\n${indent}  ${line}\n${indent}}`
}

function snake(words: readonly string[]): string {
  return words.join('_')
}

function camel(words: readonly string[]): string {
  return words.map((word, index) => (index === 0 ? word : capital(word))).join('')
}

function capital(word: string): string {
  return `${word[0]?.toUpperCase() ?? ''}${word.slice(1)}`
}

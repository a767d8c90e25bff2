; What JavaScript, TypeScript and TSX share: classes, functions, constants, and old module wrappers.

(class_declaration name: (_) @name body: (class_body) @members) @class
(lexical_declaration (variable_declarator name: (identifier) @name value: (class body: (class_body) @members)) @class)
(expression_statement (assignment_expression left: [(identifier) (member_expression)] @name
  right: (class body: (class_body) @members))) @class
(export_statement value: (class body: (class_body) @members))

(function_declaration name: (identifier) @name body: (_) @body) @function
(generator_function_declaration name: (identifier) @name body: (_) @body) @function
(method_definition name: (_) @name body: (_) @body) @method

(lexical_declaration (variable_declarator name: (identifier) @name
  value: [(arrow_function body: (_) @body) (function_expression body: (_) @body)]) @function)
(variable_declaration (variable_declarator name: (identifier) @name
  value: [(arrow_function body: (_) @body) (function_expression body: (_) @body)]) @function)
(expression_statement (assignment_expression left: [(identifier) (member_expression)] @name
  right: [(arrow_function body: (_) @body) (function_expression body: (_) @body)])) @function
(pair key: (_) @name
  value: [(arrow_function body: (_) @body) (function_expression body: (_) @body)]) @method

; `const fs = require('fs')` is an import.
(lexical_declaration (variable_declarator name: (identifier) @name
  value: (call_expression function: (identifier) @_call (#eq? @_call "require"))) @ignore)
(variable_declaration (variable_declarator name: (identifier) @name
  value: (call_expression function: (identifier) @_call (#eq? @_call "require"))) @ignore)
(lexical_declaration (variable_declarator name: (identifier) @name) @constant)
(variable_declaration (variable_declarator name: (identifier) @name) @constant)

(export_statement) @outer
(if_statement consequence: (statement_block) @members)

; Objects full of methods, alone or as an argument: `export default {}`, `Vue.extend({})`.
(variable_declaration (variable_declarator value: [(object) @members (call_expression arguments: (arguments (object) @members))]))
(lexical_declaration (variable_declarator value: [(object) @members (call_expression arguments: (arguments (object) @members))]))
(expression_statement (call_expression arguments: (arguments (object) @members)))
(expression_statement (assignment_expression
  right: [(object) @members (call_expression arguments: (arguments (object) @members))]))
(export_statement value: [(object) @members (call_expression arguments: (arguments (object) @members))])
(return_statement (object) @members)
(pair value: (object) @members)

; Long expressions are searched for functions: module wrappers, suites of tests.
(expression_statement [(call_expression) (unary_expression) (parenthesized_expression)] @body)
(call_expression function: (parenthesized_expression [(function_expression body: (_) @body) (arrow_function body: (_) @body)]))
(call_expression function: (function_expression body: (_) @body))
(call_expression arguments: (arguments [(function_expression body: (_) @body) (arrow_function body: (_) @body)]))

; JavaScript: classes, functions, methods, functions kept in variables or properties, exported constants.

(class_declaration name: (identifier) @name body: (class_body) @members) @class
(lexical_declaration (variable_declarator name: (identifier) @name value: (class body: (class_body) @members))) @class
(export_statement value: (class body: (class_body) @members))
(expression_statement (assignment_expression
  left: [(identifier) @name (member_expression) @name]
  right: (class body: (class_body) @members))) @class

(function_declaration name: (identifier) @name body: (statement_block) @body) @function
(generator_function_declaration name: (identifier) @name body: (statement_block) @body) @function
(method_definition name: (_) @name body: (statement_block) @body) @method
(field_definition property: (_) @name value: [(arrow_function) (function_expression)]) @method
(field_definition property: (_) @name) @field

(lexical_declaration (variable_declarator name: (identifier) @name
  value: [(arrow_function body: (_) @body) (function_expression body: (_) @body)])) @function
(variable_declaration (variable_declarator name: (identifier) @name
  value: [(arrow_function body: (_) @body) (function_expression body: (_) @body)])) @function
(expression_statement (assignment_expression
  left: [(identifier) @name (member_expression) @name]
  right: [(arrow_function body: (_) @body) (function_expression body: (_) @body)])) @function
(pair key: (property_identifier) @name
  value: [(arrow_function body: (_) @body) (function_expression body: (_) @body)]) @method
(lexical_declaration (variable_declarator name: (identifier) @name)) @constant
(variable_declaration (variable_declarator name: (identifier) @name)) @constant

(export_statement) @outer

; Wrappers of old modules and long tables of functions.
(expression_statement [(call_expression) (unary_expression) (parenthesized_expression)] @body)
(call_expression function: (parenthesized_expression (function_expression body: (_) @members)))
(arguments [(function_expression body: (_) @body) (arrow_function body: (_) @body)])
(variable_declarator value: (object) @body)
(assignment_expression right: (object) @body)
(export_statement value: (object) @body)
(return_statement (object) @body)
(if_statement consequence: (statement_block) @members)

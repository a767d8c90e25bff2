; TypeScript: what JavaScript has, written out because node types differ, and types.

(class_declaration name: (type_identifier) @name body: (class_body) @members) @class
(abstract_class_declaration name: (type_identifier) @name body: (class_body) @members) @class
(lexical_declaration (variable_declarator name: (identifier) @name value: (class body: (class_body) @members))) @class
(export_statement value: (class body: (class_body) @members))
(interface_declaration name: (type_identifier) @name body: (interface_body) @members) @interface
(enum_declaration name: (identifier) @name) @enum
(type_alias_declaration name: (type_identifier) @name) @type
(internal_module name: (_) @name body: (statement_block) @members) @module
(module name: (_) @name body: (statement_block) @members) @module

(function_declaration name: (identifier) @name body: (statement_block) @body) @function
(generator_function_declaration name: (identifier) @name body: (statement_block) @body) @function
(function_signature name: (identifier) @name) @function
(method_definition name: (_) @name body: (statement_block) @body) @method
(method_signature name: (_) @name) @method
(abstract_method_signature name: (_) @name) @method
(public_field_definition name: (_) @name value: [(arrow_function) (function_expression)]) @method
(public_field_definition name: (_) @name) @field
(property_signature name: (_) @name) @field

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
(ambient_declaration) @outer
(ambient_declaration (statement_block) @members)
(export_statement declaration: (internal_module body: (statement_block) @members))
(expression_statement (internal_module name: (_) @name body: (statement_block) @members) @module)

(expression_statement [(call_expression) (unary_expression) (parenthesized_expression)] @body)
(call_expression function: (parenthesized_expression (function_expression body: (_) @members)))
(arguments [(function_expression body: (_) @body) (arrow_function body: (_) @body)])
(variable_declarator value: (object) @body)
(assignment_expression right: (object) @body)
(export_statement value: (object) @body)
(return_statement (object) @body)
(if_statement consequence: (statement_block) @members)

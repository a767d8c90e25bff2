; C, and what C++ shares with it: functions, types, macros, file-level variables.

(function_definition declarator: (function_declarator declarator: (_) @name) body: (_)? @body) @function
(function_definition declarator: (pointer_declarator declarator: (function_declarator declarator: (_) @name)) body: (_)? @body) @function
(function_definition declarator: (pointer_declarator
  declarator: (pointer_declarator declarator: (function_declarator declarator: (_) @name))) body: (_)? @body) @function
(declaration declarator: (function_declarator declarator: [(identifier) (field_identifier)] @name)) @function
(declaration declarator: (pointer_declarator declarator: (function_declarator declarator: (identifier) @name))) @function

(struct_specifier name: (_) @name body: (_) @members) @class
(union_specifier name: (_) @name body: (_) @members) @class
(enum_specifier name: (_) @name body: (_)) @enum
(type_definition type: (struct_specifier body: (_)) declarator: (type_identifier) @name) @class
(type_definition type: (union_specifier body: (_)) declarator: (type_identifier) @name) @class
(type_definition type: (enum_specifier body: (_)) declarator: (type_identifier) @name) @enum
(type_definition declarator: (type_identifier) @name) @type
(type_definition declarator: (function_declarator
  declarator: (parenthesized_declarator (pointer_declarator declarator: (type_identifier) @name)))) @type

; An include guard has no value.
(preproc_def name: (identifier) @name value: (_)) @constant
(preproc_function_def name: (identifier) @name) @macro
(declaration declarator: (identifier) @name) @constant
(declaration declarator: (init_declarator declarator: (identifier) @name)) @constant
(declaration declarator: (init_declarator declarator: (array_declarator declarator: (identifier) @name))) @constant
(declaration declarator: (init_declarator declarator: (pointer_declarator declarator: (identifier) @name))) @constant

(preproc_ifdef) @members
(preproc_if) @members
(preproc_else) @members
(preproc_elif) @members
(linkage_specification body: (declaration_list) @members)

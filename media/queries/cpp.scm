; C++, beside c.scm: classes, namespaces, templates, methods defined outside of their class.

(class_specifier name: (_) @name body: (field_declaration_list) @members) @class
(namespace_definition name: (_) @name body: (declaration_list) @members) @module
(namespace_definition body: (declaration_list) @members)
(alias_declaration name: (_) @name) @type
(concept_definition name: (_) @name) @type

(function_definition declarator: (reference_declarator (function_declarator declarator: (_) @name)) body: (_)? @body) @function
(function_definition declarator: (operator_cast) @name) @function
(field_declaration declarator: (function_declarator declarator: (_) @name)) @method
(field_declaration declarator: (pointer_declarator declarator: (function_declarator declarator: (_) @name))) @method
(field_declaration declarator: (reference_declarator (function_declarator declarator: (_) @name))) @method
(field_declaration declarator: (field_identifier) @name) @field

(template_declaration) @outer

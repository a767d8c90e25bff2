; TypeScript and TSX, beside ecmascript.scm.

(abstract_class_declaration name: (_) @name body: (class_body) @members) @class
(interface_declaration name: (_) @name body: (interface_body) @members) @interface
(enum_declaration name: (_) @name) @enum
(type_alias_declaration name: (_) @name) @type
(internal_module name: (_) @name body: (statement_block) @members) @module
(module name: (_) @name body: (statement_block) @members) @module

(function_signature name: (_) @name) @function
(method_signature name: (_) @name) @method
(abstract_method_signature name: (_) @name) @method
(public_field_definition name: (_) @name
  value: [(arrow_function body: (_) @body) (function_expression body: (_) @body)]) @method
(public_field_definition name: (_) @name) @field
(property_signature name: (_) @name) @field

(ambient_declaration) @outer
(ambient_declaration (statement_block) @members)

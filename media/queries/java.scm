; Java: types with their members.

(class_declaration name: (identifier) @name body: (_) @members) @class
(record_declaration name: (identifier) @name body: (_) @members) @class
(interface_declaration name: (identifier) @name body: (_) @members) @interface
(annotation_type_declaration name: (identifier) @name body: (_) @members) @interface
(enum_declaration name: (identifier) @name body: (enum_body (enum_body_declarations)? @members)) @enum

(method_declaration name: (identifier) @name body: (_)? @body) @method
(constructor_declaration name: (identifier) @name body: (_) @body) @method
(compact_constructor_declaration name: (identifier) @name) @method
(annotation_type_element_declaration name: (identifier) @name) @method
(field_declaration declarator: (variable_declarator name: (identifier) @name)) @field
(constant_declaration declarator: (variable_declarator name: (identifier) @name)) @field

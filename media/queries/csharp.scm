; C#: namespaces, types, members with properties and events.

(namespace_declaration name: (_) @name body: (_) @members) @module
(class_declaration name: (identifier) @name body: (_)? @members) @class
(struct_declaration name: (identifier) @name body: (_)? @members) @class
(record_declaration name: (identifier) @name body: (_)? @members) @class
(interface_declaration name: (identifier) @name body: (_)? @members) @interface
(enum_declaration name: (identifier) @name) @enum
(delegate_declaration name: (identifier) @name) @type

(method_declaration name: (identifier) @name body: (_)? @body) @method
(constructor_declaration name: (identifier) @name body: (_)? @body) @method
(destructor_declaration name: (identifier) @name) @method
(local_function_statement name: (identifier) @name) @function
(global_statement (local_function_statement name: (identifier) @name) @function)
(property_declaration name: (identifier) @name) @field
(event_declaration name: (identifier) @name) @field
(event_field_declaration (variable_declaration (variable_declarator name: (identifier) @name))) @field
(field_declaration (variable_declaration (variable_declarator name: (identifier) @name))) @field

; PHP: types with their members, functions, constants.

(namespace_definition name: (namespace_name) @name body: (compound_statement) @members) @module
(class_declaration name: (name) @name body: (declaration_list) @members) @class
(trait_declaration name: (name) @name body: (declaration_list) @members) @class
(interface_declaration name: (name) @name body: (declaration_list) @members) @interface
(enum_declaration name: (name) @name body: (enum_declaration_list) @members) @enum

(function_definition name: (name) @name body: (_) @body) @function
(method_declaration name: (name) @name body: (_)? @body) @method
(const_declaration (const_element . (name) @name)) @constant
(property_declaration (property_element name: (variable_name (name) @name))) @field

(if_statement body: (compound_statement) @members)

; Rust: types, traits, implementations (which name no symbol of their own), functions, constants, macros.

(struct_item name: (type_identifier) @name) @class
(union_item name: (type_identifier) @name) @class
(enum_item name: (type_identifier) @name) @enum
(type_item name: (type_identifier) @name) @type
(associated_type name: (type_identifier) @name) @type
(trait_item name: (type_identifier) @name body: (declaration_list) @members) @interface
(impl_item type: (_) @name body: (declaration_list) @members) @scope
(mod_item name: (identifier) @name body: (declaration_list) @members) @module

(function_item name: (identifier) @name body: (block) @body) @function
(function_signature_item name: (identifier) @name) @function
(const_item name: (identifier) @name) @constant
(static_item name: (identifier) @name) @constant
(macro_definition name: (identifier) @name) @macro
(foreign_mod_item body: (declaration_list) @members)

; Go: types, functions, methods with their receiver, package constants and variables.

(type_declaration (type_spec name: (type_identifier) @name type: (struct_type)) @class)
(type_declaration (type_spec name: (type_identifier) @name type: (interface_type) @members) @interface)
(type_declaration (type_spec name: (type_identifier) @name) @type)
(type_declaration (type_alias name: (type_identifier) @name) @type)
(type_declaration) @outer
(method_elem name: (field_identifier) @name) @method

(function_declaration name: (identifier) @name) @function
(method_declaration
  receiver: (parameter_list (parameter_declaration type: [
    (type_identifier) @container
    (generic_type type: (type_identifier) @container)
    (pointer_type [(type_identifier) @container (generic_type type: (type_identifier) @container)])
  ]))
  name: (field_identifier) @name) @method

(const_spec name: (identifier) @name) @constant
(var_declaration (var_spec name: (identifier) @name) @constant)
(var_declaration (var_spec_list) @members)
(var_spec_list (var_spec name: (identifier) @name) @constant)
(const_declaration) @outer
(var_declaration) @outer

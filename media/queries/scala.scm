; Scala 2 and 3: classes, objects, traits, enums, definitions and values.

(class_definition name: (identifier) @name body: (_)? @members) @class
(object_definition name: (identifier) @name body: (_)? @members) @class
(package_object name: (identifier) @name body: (_)? @members) @module
(package_clause name: (_) @name body: (_) @members) @module
(trait_definition name: (identifier) @name body: (_)? @members) @interface
(enum_definition name: (identifier) @name body: (_) @members) @enum
(type_definition name: (type_identifier) @name) @type

(function_definition name: [(identifier) (operator_identifier)] @name body: (_) @body) @function
(function_declaration name: [(identifier) (operator_identifier)] @name) @function
(val_definition pattern: (identifier) @name) @constant
(var_definition pattern: (identifier) @name) @constant
(val_declaration name: (identifier) @name) @constant
(given_definition name: (identifier) @name) @constant

; Members of an extension belong to the file.
(extension_definition body: (_) @members)

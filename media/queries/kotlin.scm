; Kotlin: classes, interfaces, enums, objects, functions, properties.

(class_declaration "interface" name: (identifier) @name (class_body)? @members) @interface
(class_declaration name: (identifier) @name (enum_class_body) @members) @enum
(class_declaration "class" name: (identifier) @name (class_body)? @members) @class
(object_declaration name: (identifier) @name (class_body)? @members) @class
(companion_object (class_body) @members)
(type_alias type: (identifier) @name) @type

(function_declaration name: (identifier) @name (function_body)? @body) @function
(property_declaration (variable_declaration . (identifier) @name)) @constant

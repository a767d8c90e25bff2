; Ruby: modules, classes, methods, constants.

(module name: (_) @name body: (body_statement)? @members) @module
(class name: (_) @name body: (body_statement)? @members) @class
(singleton_class body: (body_statement) @members)
(method name: (_) @name body: (_)? @body) @function
(singleton_method name: (_) @name body: (_)? @body) @function
(assignment left: (constant) @name) @constant

; `private def name` and `memoize def name`.
(argument_list (method name: (_) @name body: (_)? @body) @function)
; `class_methods do`, `included do`.
(call block: (do_block body: (body_statement) @body))

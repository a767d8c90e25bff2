; Python: classes, functions, methods; names assigned in a module or class.

(class_definition name: (identifier) @name body: (block) @members) @class
(function_definition name: (identifier) @name body: (block) @body) @function
(decorated_definition) @outer

(expression_statement (assignment left: (identifier) @name)) @constant
(type_alias_statement left: (type (identifier) @name)) @type

(if_statement consequence: (block) @members)
(elif_clause consequence: (block) @members)
(else_clause body: (block) @members)
(try_statement body: (block) @members)
(except_clause (block) @members)
(with_statement body: (block) @members)

; Lua: functions in all their forms, module-level values; `M.name` gives the container `M`.

(function_declaration name: (_) @name body: (_)? @body) @function
(assignment_statement (variable_list name: (_) @name)
  (expression_list value: (function_definition body: (_)? @body))) @function
(field name: (identifier) @name value: (function_definition body: (_)? @body)) @method
(assignment_statement (variable_list name: (_) @name)
  (expression_list value: [(string) (number) (true) (false) (table_constructor)])) @constant
(assignment_statement (expression_list value: (table_constructor) @body))
(return_statement (expression_list (table_constructor) @body))
(variable_declaration) @outer
(if_statement consequence: (block) @members)
(else_statement body: (block) @members)
(do_statement body: (block) @members)

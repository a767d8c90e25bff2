; Bash: functions and upper-case variables.

(function_definition name: (word) @name body: (_) @body) @function
(variable_assignment name: (variable_name) @name (#match? @name "^[A-Z]")) @constant
(declaration_command) @outer
(if_statement) @members
(else_clause) @members

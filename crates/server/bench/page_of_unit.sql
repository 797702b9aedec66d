SELECT id, mechanism, definition, number_, title, state, unit, unit_ord, holder_role, due_on, opened_on, closed_on,
       version, facts, batch
FROM record INDEXED BY record_unit_due
WHERE site = $1 AND mechanism = $2 AND unit_ord = $3 AND open_ = 1
ORDER BY due_on, id
LIMIT 50

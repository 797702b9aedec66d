SELECT id, mechanism, definition, number_, title, state, unit, unit_ord, holder_role, due_on, opened_on, closed_on,
       version, facts, batch
FROM record INDEXED BY record_by_source
WHERE site = $1 AND mechanism = $2 AND open_ = 1 AND facts ->> '$.source' = $3
ORDER BY due_on, id
LIMIT 50

INSERT INTO reach_made (site, mechanism, signature) VALUES ($1, $2, $4), ($1, $3, $4)

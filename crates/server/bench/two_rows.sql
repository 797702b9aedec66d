INSERT INTO setting (site, name, value_) VALUES ($1, $2, $4), ($1, $3, $4)

// What both servers are told: where to listen, and which rows there are.
export const port = Number(process.env.PORT);
export const schemas = ["customer", "billing", "radius", "tariff", "reseller"];
// As many connections as the others may have.
export const poolConfig = {
  host: process.env.PGHOST,
  user: process.env.PGUSER,
  database: process.env.PGDATABASE,
  max: 10,
};
